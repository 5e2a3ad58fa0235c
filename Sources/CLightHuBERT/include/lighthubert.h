/* LightHuBERT: features of speech from subnets of LightHuBERT. The C interface. */
#ifndef LIGHTHUBERT_H
#define LIGHTHUBERT_H

#include <stddef.h>
#include <stdint.h>

#define LH_VERSION_MAJOR 0
#define LH_VERSION_MINOR 1
#define LH_VERSION_PATCH 0
#define LH_VERSION_STRING "0.1.0"

#if defined(__GNUC__)
#define LH_API __attribute__((visibility("default")))
#else
#define LH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A model: the packed weights of a subnet. */
typedef struct lh_model lh_model;

/* What a function came to; 0 is success. */
typedef int32_t lh_status;

/* The version of the library that runs, as LH_VERSION_STRING. */
LH_API const char *lh_version(void);

/* Ends a model's handle. */
LH_API lh_status lh_model_close(lh_model *model);

#ifdef __cplusplus
}
#endif

#endif
