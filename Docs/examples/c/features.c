/*
 * Computes the last hidden states of a sound file and writes them as a NumPy array, [T, E].
 *
 *     cc -O2 features.c -o features $(pkg-config --cflags --libs lighthubert sndfile)
 *     ./features small.lhb speech.wav features.npy
 */
#include <lighthubert.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The samples of a mono file at 16 kHz; NULL after saying what is wrong. The caller frees them. */
static float *read_samples(const char *path, size_t *count) {
  SF_INFO info = {0};
  SNDFILE *file = sf_open(path, SFM_READ, &info);
  if (file == NULL) {
    fprintf(stderr, "%s: %s\n", path, sf_strerror(NULL));
    return NULL;
  }
  float *samples = NULL;
  if (info.samplerate != LH_SAMPLE_RATE || info.channels != 1) {
    fprintf(stderr, "%s: %d Hz, %d channels, expected %d Hz and one channel; convert it with sox or ffmpeg\n", path,
            info.samplerate, info.channels, LH_SAMPLE_RATE);
  } else if (info.frames < 1 || info.frames > LH_MAX_SAMPLES) {
    fprintf(stderr, "%s: %lld samples, expected 1 to %d\n", path, (long long)info.frames, LH_MAX_SAMPLES);
  } else if ((samples = malloc((size_t)info.frames * sizeof *samples)) == NULL) {
    fprintf(stderr, "%s: not enough memory\n", path);
  } else {
    *count = (size_t)sf_readf_float(file, samples, info.frames);
  }
  sf_close(file);
  return samples;
}

/* Writes [rows, columns] in NumPy's format, version 1.0; 0 when it worked. */
static int write_array(const char *path, const float *values, size_t rows, size_t columns) {
  /* Magic, version and the length of what follows, then a text that ends in a line feed at a multiple of 64 bytes. */
  char header[129] = "\x93NUMPY\x01";
  header[8] = 118;
  int length = snprintf(header + 10, sizeof header - 10,
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", rows, columns);
  memset(header + 10 + length, ' ', (size_t)(117 - length));
  header[127] = '\n';
  FILE *file = fopen(path, "wb");
  if (file == NULL) {
    perror(path);
    return 1;
  }
  size_t count = rows * columns;
  int failed = fwrite(header, 1, 128, file) != 128 || fwrite(values, sizeof *values, count, file) != count;
  if (fclose(file) != 0 || failed) {
    perror(path);
    return 1;
  }
  return 0;
}

/* Features of the samples, written to a file; 0 when it worked. */
static int convert(const char *model_path, const float *samples, size_t sample_count, const char *output_path) {
  lh_error error;
  lh_model *model = NULL;
  lh_context *context = NULL;
  lh_features *features = NULL;
  const float *values;
  size_t layers, frames, width;
  int status = 1;
  if (lh_model_open(model_path, NULL, &model, &error) == LH_OK
      && lh_context_create(model, NULL, &context, &error) == LH_OK
      && lh_run_alloc(context, samples, sample_count, NULL, &features, &error) == LH_OK
      && lh_features_shape(features, &layers, &frames, &width, &error) == LH_OK
      && lh_features_data(features, &values, &error) == LH_OK) {
    status = write_array(output_path, values, layers * frames, width);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  lh_features_destroy(features);
  lh_context_destroy(context);
  lh_model_close(model);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s MODEL.lhb AUDIO OUTPUT.npy\n", argv[0]);
    return 64;
  }
  size_t count = 0;
  float *samples = read_samples(argv[2], &count);
  int status = samples == NULL ? 1 : convert(argv[1], samples, count, argv[3]);
  free(samples);
  return status;
}
