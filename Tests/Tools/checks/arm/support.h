#ifndef LIGHTHUBERT_ARM_CHECK_H
#define LIGHTHUBERT_ARM_CHECK_H

// What the check has of the C library: Embedded Swift imports none.

/// Prints the largest difference that was found. It is a failure if it is larger than `allowed`, or no number.
void report(const char *name, double difference, double allowed);

/// Failures so far.
int failure_count(void);

double cos(double);
double erf(double);
double exp(double);
double sin(double);
_Noreturn void exit(int status);

#endif
