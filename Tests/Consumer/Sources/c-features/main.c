/*
 * Prints the shape of the last hidden states of raw samples (float32, mono, 16 kHz) and writes them:
 *
 *     c-features MODEL.lhb SAMPLES.f32 FEATURES.f32
 */
#include <lighthubert.h>
#include <stdio.h>

static float samples[LH_SAMPLE_RATE * 60];

static int fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 4) return fail("usage: c-features MODEL.lhb SAMPLES.f32 FEATURES.f32");
  FILE *file = fopen(arguments[2], "rb");
  if (file == NULL) return fail("no samples");
  size_t sample_count = fread(samples, sizeof *samples, sizeof samples / sizeof *samples, file);
  fclose(file);

  lh_error error;
  lh_model *model = NULL;
  lh_context *context = NULL;
  lh_features *features = NULL;
  const float *values;
  size_t layers, frames, width;
  if (lh_model_open(arguments[1], NULL, &model, &error) != LH_OK
      || lh_context_create(model, NULL, &context, &error) != LH_OK
      || lh_run_alloc(context, samples, sample_count, NULL, &features, &error) != LH_OK
      || lh_features_shape(features, &layers, &frames, &width, &error) != LH_OK
      || lh_features_data(features, &values, &error) != LH_OK) {
    return fail(error.message);
  }
  printf("[%zu, %zu]\n", frames, width);
  file = fopen(arguments[3], "wb");
  if (file == NULL) return fail("no place for features");
  size_t written = fwrite(values, sizeof *values, layers * frames * width, file);
  if (fclose(file) != 0 || written != layers * frames * width) return fail("features were not written");
  lh_features_destroy(features);
  lh_context_destroy(context);
  lh_model_close(model);
  return 0;
}
