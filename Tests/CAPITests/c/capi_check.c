/*
 * Uses every function of the C interface from plain C. Says nothing and ends with 0 when all is well.
 *
 *     capi_check MODEL.lhb CHECKPOINT.pt ARCHITECTURE.json OUTPUT.lhb [ROUNDS]
 *
 * For valgrind and the sanitizers: it frees what it allocates, and ROUNDS says how often it opens, runs and closes.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lighthubert.h"

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1); \
    } \
  } while (0)

/* Checks a call that has `error` to write to. */
#define SUCCEED(call) \
  do { \
    lh_error error; \
    memset(&error, 0xff, sizeof error); \
    if ((call) != LH_OK) { \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, lh_status_name(error.code), error.message); \
      exit(1); \
    } \
    CHECK(error.code == LH_OK && error.message[0] == 0); \
  } while (0)

enum { SAMPLE_COUNT = 8000, THREADS = 8 };

/* The bytes of a file, and a zero after them. */
static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  long length;
  char *bytes;
  CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
  length = ftell(file);
  CHECK(length > 0 && fseek(file, 0, SEEK_SET) == 0);
  bytes = malloc((size_t)length + 1);
  CHECK(bytes != NULL && fread(bytes, 1, (size_t)length, file) == (size_t)length);
  bytes[length] = 0;
  fclose(file);
  *size = (size_t)length;
  return bytes;
}

static float *make_samples(void) {
  float *samples = malloc(SAMPLE_COUNT * sizeof *samples);
  size_t index;
  CHECK(samples != NULL);
  for (index = 0; index < SAMPLE_COUNT; index++) samples[index] = (float)(0.1 * sin(0.03 * (double)index));
  return samples;
}

static void check_facts(const lh_model *model) {
  size_t layers, size, frames, minimum;
  uint64_t parameters;
  int32_t precision;
  const char *json, *name;
  SUCCEED(lh_model_layer_count(model, &layers, &error));
  SUCCEED(lh_model_hidden_size(model, &size, &error));
  SUCCEED(lh_model_minimum_samples(model, &minimum, &error));
  SUCCEED(lh_model_frame_count(model, minimum, &frames, &error));
  CHECK(layers > 0 && size > 0 && minimum > 0 && frames == 1);
  SUCCEED(lh_model_frame_count(model, minimum - 1, &frames, &error));
  CHECK(frames == 0);
  SUCCEED(lh_model_parameter_count(model, &parameters, &error));
  CHECK(parameters > 0);
  SUCCEED(lh_model_description(model, &json, &error));
  CHECK(json[0] == '{' && json[strlen(json) - 1] == '}' && strchr(json, '\n') == NULL);
  SUCCEED(lh_model_instruction_set(model, &name, &error));
  CHECK(strlen(name) > 0);
  SUCCEED(lh_model_precision(model, &precision, &error));
  CHECK(precision >= LH_PRECISION_F32 && precision <= LH_PRECISION_INT8_MIXED);
}

/* Opens a model in each precision and runs it. */
static void check_precisions(const char *path, const float *samples) {
  lh_model_options options = LH_MODEL_OPTIONS_INIT;
  lh_model *model;
  lh_context *context;
  int32_t wanted, found;
  size_t count, index;
  float *output;
  for (wanted = LH_PRECISION_AUTO; wanted <= LH_PRECISION_INT8_MIXED; wanted++) {
    options.precision = wanted;
    options.max_error = wanted == LH_PRECISION_AUTO ? 0.5f : 0;
    SUCCEED(lh_model_open(path, &options, &model, &error));
    SUCCEED(lh_model_precision(model, &found, &error));
    CHECK(wanted == LH_PRECISION_AUTO ? found != LH_PRECISION_AUTO : found == wanted);
    SUCCEED(lh_context_create(model, NULL, &context, &error));
    SUCCEED(lh_model_output_count(model, SAMPLE_COUNT, NULL, &count, &error));
    output = malloc(count * sizeof *output);
    CHECK(output != NULL);
    SUCCEED(lh_run(context, samples, SAMPLE_COUNT, NULL, output, count, &error));
    for (index = 0; index < count; index++) CHECK(output[index] - output[index] == 0);
    free(output);
    CHECK(lh_context_destroy(context) == LH_OK);
    CHECK(lh_model_close(model) == LH_OK);
  }
}

static int32_t count_call(double fraction, void *data) {
  CHECK(fraction > 0 && fraction <= 1);
  ++*(int *)data;
  return 0;
}

static int32_t cancel(double fraction, void *data) {
  (void)fraction;
  return lh_context_cancel((lh_context *)data) == LH_OK ? 0 : 1;
}

static void check_runs(const lh_model *model, const float *samples) {
  const int32_t listed[2] = {1, 0};
  const int32_t *layers;
  const float *data;
  lh_run_options options = LH_RUN_OPTIONS_INIT;
  lh_context_options context_options = LH_CONTEXT_OPTIONS_INIT;
  lh_context *context;
  lh_features *features;
  lh_utterance batch[2];
  size_t count, size, layer_count, frame_count, hidden_size;
  float *output;
  int calls = 0;

  context_options.thread_count = 2;
  SUCCEED(lh_context_create(model, &context_options, &context, &error));
  options.layers = listed;
  options.layer_count = 2;
  options.layer_selection = LH_LAYERS_LISTED;
  options.progress = count_call;
  options.progress_data = &calls;
  SUCCEED(lh_model_output_count(model, SAMPLE_COUNT, &options, &count, &error));
  size = count * sizeof *output;
  output = malloc(3 * size);
  CHECK(output != NULL);
  SUCCEED(lh_run(context, samples, SAMPLE_COUNT, &options, output, count, &error));
  CHECK(calls > 0);

  SUCCEED(lh_run_alloc(context, samples, SAMPLE_COUNT, &options, &features, &error));
  SUCCEED(lh_features_shape(features, &layer_count, &frame_count, &hidden_size, &error));
  CHECK(layer_count == 2 && layer_count * frame_count * hidden_size == count);
  SUCCEED(lh_features_layers(features, &layers, &error));
  CHECK(memcmp(layers, listed, sizeof listed) == 0);
  SUCCEED(lh_features_data(features, &data, &error));
  CHECK(memcmp(data, output, size) == 0);
  CHECK(lh_features_destroy(features) == LH_OK);
  CHECK(lh_features_destroy(features) == LH_INVALID_HANDLE);

  batch[0].samples = batch[1].samples = samples;
  batch[0].sample_count = SAMPLE_COUNT;
  batch[1].sample_count = SAMPLE_COUNT / 2;
  batch[0].output = output + count;
  batch[1].output = output + 2 * count;
  batch[0].capacity = batch[1].capacity = count;
  SUCCEED(lh_run_batch(context, batch, 2, &options, &error));
  CHECK(memcmp(output, output + count, size) == 0);

  options.progress = cancel;
  options.progress_data = context;
  CHECK(lh_run(context, samples, SAMPLE_COUNT, &options, output, count, NULL) == LH_CANCELLED);
  CHECK(lh_context_destroy(context) == LH_OK);
  CHECK(lh_run(context, samples, SAMPLE_COUNT, NULL, output, count, NULL) == LH_INVALID_HANDLE);
  free(output);
}

/* One thread of several that share a model. */
typedef struct {
  const lh_model *model;
  const float *samples;
  lh_context *shared;
  float *output;
  size_t count;
} worker;

static void *work(void *argument) {
  const worker *self = argument;
  lh_context_options options = LH_CONTEXT_OPTIONS_INIT;
  lh_context *context;
  lh_status status;
  float *other = malloc(self->count * sizeof *other);
  CHECK(other != NULL);
  options.thread_count = 2;
  SUCCEED(lh_context_create(self->model, &options, &context, &error));
  SUCCEED(lh_run(context, self->samples, SAMPLE_COUNT, NULL, self->output, self->count, &error));
  CHECK(lh_context_destroy(context) == LH_OK);
  /* One context for all: some are busy or cancelled, and the handle may be gone. */
  status = lh_run(self->shared, self->samples, SAMPLE_COUNT, NULL, other, self->count, NULL);
  CHECK(status == LH_OK || status == LH_BUSY || status == LH_CANCELLED || status == LH_INVALID_HANDLE);
  status = lh_context_cancel(self->shared);
  CHECK(status == LH_OK || status == LH_INVALID_HANDLE);
  lh_context_destroy(self->shared);
  free(other);
  return NULL;
}

static void check_threads(const lh_model *model, const float *samples) {
  pthread_t threads[THREADS];
  worker workers[THREADS];
  lh_context *shared;
  size_t count, index;
  SUCCEED(lh_model_output_count(model, SAMPLE_COUNT, NULL, &count, &error));
  SUCCEED(lh_context_create(model, NULL, &shared, &error));
  for (index = 0; index < THREADS; index++) {
    workers[index].model = model;
    workers[index].samples = samples;
    workers[index].shared = shared;
    workers[index].count = count;
    workers[index].output = malloc(count * sizeof(float));
    CHECK(workers[index].output != NULL);
    CHECK(pthread_create(&threads[index], NULL, work, &workers[index]) == 0);
  }
  for (index = 0; index < THREADS; index++) CHECK(pthread_join(threads[index], NULL) == 0);
  for (index = 0; index < THREADS; index++) {
    CHECK(memcmp(workers[0].output, workers[index].output, count * sizeof(float)) == 0);
  }
  for (index = 0; index < THREADS; index++) free(workers[index].output);
  CHECK(lh_context_destroy(shared) == LH_INVALID_HANDLE);
}

/* A child has none of the threads of a context that was used, and runs it all the same; so does its own child. */
static void check_fork(const lh_model *model, const float *samples, int generations) {
  lh_context *context;
  lh_context_options options = LH_CONTEXT_OPTIONS_INIT;
  size_t count;
  float *first, *again;
  int status;
  pid_t child;
  options.thread_count = 3;
  SUCCEED(lh_model_output_count(model, SAMPLE_COUNT, NULL, &count, &error));
  first = malloc(count * sizeof *first);
  again = malloc(count * sizeof *again);
  CHECK(first != NULL && again != NULL);
  SUCCEED(lh_context_create(model, &options, &context, &error));
  SUCCEED(lh_run(context, samples, SAMPLE_COUNT, NULL, first, count, &error));
  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    /* Waiting for threads that are not there must not go unnoticed. */
    alarm(120);
    SUCCEED(lh_run(context, samples, SAMPLE_COUNT, NULL, again, count, &error));
    CHECK(memcmp(first, again, count * sizeof *first) == 0);
    CHECK(lh_context_destroy(context) == LH_OK);
    if (generations > 1) check_fork(model, samples, generations - 1);
    /* Ends as another program: at an exit valgrind would find the memory of the threads that are not here. */
    execlp("true", "true", (char *)NULL);
    _exit(1);
  }
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  SUCCEED(lh_run(context, samples, SAMPLE_COUNT, NULL, again, count, &error));
  CHECK(memcmp(first, again, count * sizeof *first) == 0);
  CHECK(lh_context_destroy(context) == LH_OK);
  free(first);
  free(again);
}

static void check_refusals(const lh_model *model, const float *samples) {
  lh_error error;
  lh_context *context;
  lh_run_options options = LH_RUN_OPTIONS_INIT;
  float output[1];
  CHECK(lh_model_open("no such file.lhb", NULL, (lh_model **)&context, &error) == LH_NOT_FOUND);
  CHECK(context == NULL && strstr(error.message, "no such file.lhb") != NULL);
  CHECK(lh_model_close(NULL) == LH_INVALID_HANDLE);
  CHECK(lh_model_close((lh_model *)(void *)&options) == LH_INVALID_HANDLE);
  CHECK(lh_context_create(model, NULL, NULL, &error) == LH_INVALID_ARGUMENT);
  SUCCEED(lh_context_create(model, NULL, &context, &error));
  CHECK(lh_run(context, samples, (size_t)-1, NULL, output, 1, &error) == LH_INVALID_ARGUMENT);
  CHECK(lh_run(context, samples, 0, NULL, output, 1, &error) == LH_BAD_DATA);
  CHECK(lh_run(context, samples, SAMPLE_COUNT, NULL, output, 1, &error) == LH_BUFFER_TOO_SMALL);
  options.struct_size = 0;
  CHECK(lh_run(context, samples, SAMPLE_COUNT, &options, output, 1, &error) == LH_INVALID_ARGUMENT);
  CHECK(strlen(error.message) > 0 && strcmp(lh_status_name(error.code), "LH_INVALID_ARGUMENT") == 0);
  CHECK(lh_context_destroy(context) == LH_OK);
}

static void check_extraction(char *const paths[]) {
  lh_extract_options options = LH_EXTRACT_OPTIONS_INIT;
  lh_model *model;
  lh_error error;
  size_t size;
  int calls = 0;
  char *architecture = read_file(paths[1], &size);
  options.weights = LH_WEIGHTS_F16;
  options.compression_level = 3;
  options.replace = 1;
  options.progress = count_call;
  options.progress_data = &calls;
  SUCCEED(lh_extract(paths[0], architecture, paths[2], &options, &error));
  CHECK(calls > 0);
  CHECK(lh_extract(paths[0], architecture, paths[2], NULL, &error) == LH_CANNOT_CREATE);
  CHECK(lh_extract(paths[0], "no-such-name", paths[2], NULL, &error) == LH_INVALID_ARGUMENT);
  SUCCEED(lh_model_open(paths[2], NULL, &model, &error));
  check_facts(model);
  CHECK(lh_model_close(model) == LH_OK);
  free(architecture);
}

int main(int count, char *arguments[]) {
  lh_model_options options = LH_MODEL_OPTIONS_INIT;
  lh_model *model;
  float *samples;
  char *bytes;
  size_t size;
  long rounds;
  if (count < 5) {
    fprintf(stderr, "usage: capi_check MODEL.lhb CHECKPOINT.pt ARCHITECTURE.json OUTPUT.lhb [ROUNDS]\n");
    return 64;
  }
  CHECK(strcmp(lh_version(), LH_VERSION_STRING) == 0);
  samples = make_samples();
  options.thread_count = 2;
  for (rounds = count > 5 ? strtol(arguments[5], NULL, 10) : 1; rounds > 0; rounds--) {
    SUCCEED(lh_model_open(arguments[1], &options, &model, &error));
    check_facts(model);
    check_runs(model, samples);
    CHECK(lh_model_close(model) == LH_OK);
    CHECK(lh_model_close(model) == LH_INVALID_HANDLE);
  }
  bytes = read_file(arguments[1], &size);
  SUCCEED(lh_model_open_memory(bytes, size, NULL, &model, &error));
  free(bytes);
  check_refusals(model, samples);
  check_precisions(arguments[1], samples);
  check_threads(model, samples);
  check_fork(model, samples, 2);
  CHECK(lh_model_close(model) == LH_OK);
  check_extraction(arguments + 2);
  free(samples);
  return 0;
}
