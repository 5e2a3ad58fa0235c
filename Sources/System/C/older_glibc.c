/*
 * Swift's standard library asks for hypot and hypotf, whose newest versions came with glibc 2.35: a program that was
 * linked on a newer system would not start on one of 2.34, such as RHEL 9 and its clones. These here ask for the
 * versions that have always been there. They differ in what they leave in errno, which nobody asks them for.
 */
#include <features.h>

#if defined(__linux__) && defined(__GLIBC__)

#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#endif

#ifdef FIRST
__asm__(".symver first_hypot, hypot@" FIRST);
__asm__(".symver first_hypotf, hypotf@" FIRST);
double first_hypot(double, double);
float first_hypotf(float, float);

/* Hidden: another library's call goes where it went before. */
__attribute__((visibility("hidden"))) double hypot(double x, double y) { return first_hypot(x, y); }
__attribute__((visibility("hidden"))) float hypotf(float x, float y) { return first_hypotf(x, y); }
#endif

#endif
