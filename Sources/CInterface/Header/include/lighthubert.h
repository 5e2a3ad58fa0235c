/*
 * LightHuBERT: features of speech from subnets of LightHuBERT. The C interface.
 *
 *     lh_model *model;
 *     lh_context *context;
 *     lh_error error;
 *     size_t count;
 *     if (lh_model_open("small.lhb", NULL, &model, &error) != LH_OK) fail(error.message);
 *     if (lh_context_create(model, NULL, &context, &error) != LH_OK) fail(error.message);
 *     if (lh_model_output_count(model, sample_count, NULL, &count, &error) != LH_OK) fail(error.message);
 *     float *features = malloc(count * sizeof *features);
 *     if (lh_run(context, samples, sample_count, NULL, features, count, &error) != LH_OK) fail(error.message);
 *     lh_context_destroy(context);
 *     lh_model_close(model);
 *
 * Calls. Every function that can fail returns an lh_status. Most take a last argument `error`, which may be NULL;
 * unless it is, each call writes the code and a message to it, LH_OK and "" after success. There is no other record
 * of errors. The functions that take nothing but a handle can only fail with LH_INVALID_HANDLE, and take no `error`.
 * Every argument is checked before anything is done. When a call fails, the handles that it was to give are NULL and
 * the numbers 0; the contents of float buffers are then undefined.
 *
 * Handles. lh_model, lh_context and lh_features are names of objects that the library holds, and are never addresses.
 * NULL, a handle that was ended, one of another kind and one that never was give LH_INVALID_HANDLE. Values are not
 * used again as long as the process lives. A handle may be ended while another thread uses it: calls that are under
 * way end as if it were still there. Pointers that the library gave out (descriptions, names, features) live as long
 * as their handle.
 *
 * Threads. Any function may be called by any thread at any time. A model never changes, and any number of contexts
 * may run it at once. A context serves one run at a time: a second one gets LH_BUSY. Results do not depend on the
 * number of threads.
 *
 * Options. Options begin with `struct_size`, the size of the struct that the caller was compiled with; the
 * LH_..._INIT macros set it. Zero means the default in every other field, and NULL options mean all defaults. What a
 * smaller struct lacks counts as zero. A larger struct is taken as long as all bytes that this library does not know
 * are zero. struct_size must be between sizeof(size_t) and LH_MAX_STRUCT_SIZE.
 *
 * Text is UTF-8 and ends with a zero byte, both ways.
 */
#ifndef LIGHTHUBERT_H
#define LIGHTHUBERT_H

#include <stddef.h>
#include <stdint.h>

/* ---- Version ---- */

/* The version of this header (semver.org). */
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

/* The version of the library that runs, such as "0.1.0". Lives for ever. */
LH_API const char *lh_version(void);

/* ---- Errors ---- */

/* What a call came to: one of the LH_ codes below. A later version may add codes; treat unknown ones as errors. */
typedef int32_t lh_status;

enum {
  /* Success. */
  LH_OK = 0,
  /* An argument that cannot be: NULL, misaligned, out of range, or not known. */
  LH_INVALID_ARGUMENT = 1,
  /* A handle that is none, or of another kind. */
  LH_INVALID_HANDLE = 2,
  /* The context is running already. */
  LH_BUSY = 3,
  /* The run was cancelled, by lh_context_cancel or by its progress function. */
  LH_CANCELLED = 4,
  /* The output has room for fewer floats than there are. */
  LH_BUFFER_TOO_SMALL = 5,
  /* More memory than this machine has, or than the system gives. */
  LH_OUT_OF_MEMORY = 6,
  /* A file, a text or the samples hold something that is not allowed there. */
  LH_BAD_DATA = 7,
  /* A file does not exist or cannot be read. */
  LH_NOT_FOUND = 8,
  /* A file cannot be created, for example because it exists. */
  LH_CANNOT_CREATE = 9,
  /* Reading or writing failed on the way. */
  LH_IO_ERROR = 10,
  /* This processor or build lacks what was asked for by name. */
  LH_UNAVAILABLE = 11
};

/* Bytes of lh_error.message. */
#define LH_ERROR_MESSAGE_SIZE 1020

/* What went wrong in one call. The caller's; need not be initialised. */
typedef struct lh_error {
  /* The status that the call returned. */
  int32_t code;
  /* One line in English, always terminated; cut between characters when it does not fit. "" after success. */
  char message[LH_ERROR_MESSAGE_SIZE];
} lh_error;

/* The name of a status, such as "LH_BUSY"; "LH_UNKNOWN" for other numbers. Lives for ever. */
LH_API const char *lh_status_name(lh_status status);

/* ---- Limits ---- */

enum {
  /* Samples of one utterance: 4 hours and 39 minutes. Anything longer gives LH_INVALID_ARGUMENT. */
  LH_MAX_SAMPLES = 268435456,
  /* Utterances of one batch. */
  LH_MAX_UTTERANCES = 1048576,
  /* Threads of a model or a context. */
  LH_MAX_THREADS = 1024,
  /* Bytes of a path, without the zero at its end. */
  LH_MAX_PATH_LENGTH = 4095,
  /* Bytes of an architecture's text, without the zero at its end. */
  LH_MAX_ARCHITECTURE_LENGTH = 1048576,
  /* The largest struct_size of options. */
  LH_MAX_STRUCT_SIZE = 4096,
  /* Samples a second of all audio. */
  LH_SAMPLE_RATE = 16000
};

/* ---- Models ---- */

/* A subnet with weights packed for this processor. Never changes; any number of threads may use it. */
typedef struct lh_model lh_model;

/*
 * Values of lh_model_options.precision and of lh_model_precision: the number formats of the products with weights. A
 * processor without the instructions for one computes the same, only slower.
 */
enum {
  /* LH_PRECISION_F32, unless lh_model_options.max_error allows an error: then the fastest that stays within it. */
  LH_PRECISION_AUTO = 0,
  /* float32. */
  LH_PRECISION_F32 = 1,
  /* bfloat16 operands, float32 sums. */
  LH_PRECISION_BF16 = 2,
  /* Eight-bit integers, with a scale for each frame and for each output channel. */
  LH_PRECISION_INT8 = 3,
  /* LH_PRECISION_INT8, but for the attention's projections, which are LH_PRECISION_BF16. */
  LH_PRECISION_INT8_MIXED = 4
};

/* How a model is opened. */
typedef struct lh_model_options {
  /* sizeof(lh_model_options) */
  size_t struct_size;
  /* "avx512", "avx2", "baseline" or "scalar"; "avx512-amx" with matrix registers; "avx512-plain" or "avx2-plain"
     without the instructions for dot products of bytes and bfloat16; NULL for what the environment variable LHB_ISA
     names, else the fastest. */
  const char *instruction_set;
  /* Threads that pack the weights, and of contexts that do not say otherwise; 0 for as many as this process may use
     processors. */
  int32_t thread_count;
  /* 0 */
  int32_t reserved;
  /* LH_PRECISION_... */
  int32_t precision;
  /* With LH_PRECISION_AUTO: the relative error (root mean squares, difference over value) of the last hidden state that
     may be made, above 0 and up to 1; 0.01 is 40 dB. It is measured against float32 with the same weights, on a
     built-in second like speech, which takes as long as opening the model several times. 0 for none; else 0. */
  float max_error;
} lh_model_options;

#define LH_MODEL_OPTIONS_INIT { sizeof(lh_model_options), 0, 0, 0, 0, 0 }

/*
 * Opens a .lhb file and packs its weights. The file is not used afterwards. Ended by lh_model_close.
 *
 * LH_NOT_FOUND when it cannot be read, LH_BAD_DATA when it is no sound .lhb file, LH_UNAVAILABLE when the processor
 * lacks the instruction set.
 */
LH_API lh_status lh_model_open(
    const char *path, const lh_model_options *options, lh_model **model, lh_error *error);

/*
 * The same from the `size` bytes of a .lhb file in memory, of any alignment. They are only needed during the call.
 */
LH_API lh_status lh_model_open_memory(
    const void *bytes, size_t size, const lh_model_options *options, lh_model **model, lh_error *error);

/*
 * Ends a model's handle. Its memory is given back when no context holds it any more; contexts go on working.
 */
LH_API lh_status lh_model_close(lh_model *model);

/* The number of encoder layers L. There are L + 1 hidden states, 0 to L. */
LH_API lh_status lh_model_layer_count(const lh_model *model, size_t *count, lh_error *error);

/* The width E of a hidden state, in floats. That of a projected one is projection_size of lh_model_description. */
LH_API lh_status lh_model_hidden_size(const lh_model *model, size_t *size, lh_error *error);

/* The frames T of a number of samples, about 50 a second; 0 when they are too few for one. */
LH_API lh_status lh_model_frame_count(
    const lh_model *model, size_t sample_count, size_t *count, lh_error *error);

/* The fewest samples that a run takes: those of one frame. */
LH_API lh_status lh_model_minimum_samples(const lh_model *model, size_t *count, lh_error *error);

/* The number of the subnet's parameters, as the published code counts them: with the mask embedding of training. */
LH_API lh_status lh_model_parameter_count(const lh_model *model, uint64_t *count, lh_error *error);

/* What the precision asked for came to: LH_PRECISION_..., never LH_PRECISION_AUTO. */
LH_API lh_status lh_model_precision(const lh_model *model, int32_t *precision, lh_error *error);

/*
 * What the model is, as a JSON object on one line: sample_rate, minimum_samples, layer_count, hidden_size,
 * family, architecture, published_name, search_spaces, config, shape, normalizes_waveform, waveform_epsilon,
 * projection_size (null for none), parameters, macs_per_second, provenance, precision, precision_trials (what
 * LH_PRECISION_AUTO measured), missing_instructions (which would make the precision faster here). Members may be
 * added. Lives as long as the handle.
 */
LH_API lh_status lh_model_description(const lh_model *model, const char **json, lh_error *error);

/* The instruction set in use, such as "avx2". Lives as long as the handle. */
LH_API lh_status lh_model_instruction_set(const lh_model *model, const char **name, lh_error *error);

/* ---- Contexts ---- */

/*
 * Threads and memory for running one model. Memory grows to the longest utterance and is used again. A context keeps
 * its model alive.
 */
typedef struct lh_context lh_context;

/* How a context runs. */
typedef struct lh_context_options {
  /* sizeof(lh_context_options) */
  size_t struct_size;
  /* Threads of one run, the caller's included; 0 for what the model's options say. */
  int32_t thread_count;
  /* 0 */
  int32_t reserved;
} lh_context_options;

#define LH_CONTEXT_OPTIONS_INIT { sizeof(lh_context_options), 0, 0 }

/* Makes a context. Ended by lh_context_destroy. */
LH_API lh_status lh_context_create(
    const lh_model *model, const lh_context_options *options, lh_context **context, lh_error *error);

/* Ends a context's handle. A run that is under way finishes first; this call does not wait for it. */
LH_API lh_status lh_context_destroy(lh_context *context);

/*
 * Makes the run that the context is in end soon with LH_CANCELLED, a whole batch with it. Returns at once. Without
 * effect when there is no run, and on later ones. A run that is nearly done may still succeed.
 */
LH_API lh_status lh_context_cancel(lh_context *context);

/* ---- Runs ---- */

/* Values of lh_run_options.layer_selection. */
enum {
  /* The last representation alone: hidden state L, with pre-norm models through the encoder's layer norm. */
  LH_LAYERS_LAST = 0,
  /* All hidden states, 0 to L. */
  LH_LAYERS_ALL = 1,
  /* Those of lh_run_options.layers. */
  LH_LAYERS_LISTED = 2
};

/* Values of lh_run_options.layer_zero: what counts as hidden state 0. Hidden state l is the output of layer l. */
enum {
  /* The projected features, before the position convolution: the published code's convention. */
  LH_LAYER_ZERO_PROJECTION = 0,
  /* The encoder's input, after position convolution and layer norm: the convention of s3prl and Hugging Face. */
  LH_LAYER_ZERO_ENCODER_INPUT = 1
};

/*
 * Values of lh_run_options.last_state: what counts as hidden state L among those that are chosen by number, in models
 * with norms before attention and FFN. In others the two are one.
 */
enum {
  /* The output of layer L: the convention of fairseq's layers, torchaudio and transformers 5.16. */
  LH_LAST_STATE_RAW = 0,
  /* That through the encoder's norm, as with LH_LAYERS_LAST: that of s3prl and transformers up to 5.15. */
  LH_LAST_STATE_NORMED = 1
};

/* Values of lh_run_options.normalize: whether the waveform is shifted to mean 0 and scaled to variance 1 first. */
enum {
  /* What the model says, as it was trained. */
  LH_NORMALIZE_MODEL = 0,
  LH_NORMALIZE_ON = 1,
  LH_NORMALIZE_OFF = 2
};

/*
 * Told the done fraction of the work, 0 to 1, now and then, by the thread that called. Anything but 0 cancels the
 * call.
 *
 * It may call functions of this library; runs of the same context give LH_BUSY. It must return: no exception and no
 * longjmp may leave it.
 */
typedef int32_t (*lh_progress)(double fraction, void *data);

/* What a run computes. */
typedef struct lh_run_options {
  /* sizeof(lh_run_options) */
  size_t struct_size;
  /* With LH_LAYERS_LISTED: the hidden states wanted, each in 0 to L and none twice, in the order of the output; else
     NULL. */
  const int32_t *layers;
  /* The number of `layers`, 1 to L + 1; else 0. */
  size_t layer_count;
  /* LH_LAYERS_... */
  int32_t layer_selection;
  /* LH_LAYER_ZERO_... */
  int32_t layer_zero;
  /* LH_NORMALIZE_... */
  int32_t normalize;
  /* 0 */
  int32_t reserved;
  /* Told how far the call is; NULL for none. */
  lh_progress progress;
  /* Passed on to `progress`. */
  void *progress_data;
  /* LH_LAST_STATE_... */
  int32_t last_state;
  /* 1 to pass each hidden state through the model's final projection (ContentVec's 256 values), to width P; else 0. */
  int32_t project;
} lh_run_options;

#define LH_RUN_OPTIONS_INIT { sizeof(lh_run_options), 0, 0, LH_LAYERS_LAST, 0, 0, 0, 0, 0, 0, 0 }

/*
 * The floats that a run of `sample_count` samples writes: selected hidden states * T * E, or * P where they are
 * projected. LH_INVALID_ARGUMENT when they are to be and the model has no final projection.
 *
 * LH_BAD_DATA when the samples are too few for one frame.
 */
LH_API lh_status lh_model_output_count(
    const lh_model *model, size_t sample_count, const lh_run_options *options, size_t *count, lh_error *error);

/*
 * Computes hidden states of one utterance.
 *
 * samples       sample_count floats: mono at 16 kHz, in [-1, 1], all finite.
 * output        room for `capacity` floats, of which lh_model_output_count are written: [selected, T, E], row-major.
 *               Must not overlap the samples.
 *
 * LH_BAD_DATA when there are too few samples or one is not finite, LH_BUFFER_TOO_SMALL, LH_BUSY, LH_CANCELLED,
 * LH_OUT_OF_MEMORY when the run needs more memory than the machine has.
 */
LH_API lh_status lh_run(
    lh_context *context, const float *samples, size_t sample_count, const lh_run_options *options, float *output,
    size_t capacity, lh_error *error);

/* One utterance of a batch: the arguments of lh_run. */
typedef struct lh_utterance {
  const float *samples;
  size_t sample_count;
  float *output;
  size_t capacity;
} lh_utterance;

/*
 * lh_run for each of `count` utterances, of any lengths. Every result is the same as that of a run of its own,
 * whatever else is in the batch. Progress is of the whole batch.
 *
 * Outputs must overlap neither each other nor any samples; samples may be shared.
 *
 * No utterance is begun unless the arguments of all are in order. The message of an error names the utterance,
 * counted from 0; the outputs of those before it are complete.
 */
LH_API lh_status lh_run_batch(
    lh_context *context, const lh_utterance *utterances, size_t count, const lh_run_options *options,
    lh_error *error);

/* Hidden states of one utterance in memory of the library. */
typedef struct lh_features lh_features;

/* lh_run into memory of the library. Ended by lh_features_destroy. */
LH_API lh_status lh_run_alloc(
    lh_context *context, const float *samples, size_t sample_count, const lh_run_options *options,
    lh_features **features, lh_error *error);

/* The shape: hidden states, frames T, width E. */
LH_API lh_status lh_features_shape(
    const lh_features *features, size_t *layer_count, size_t *frame_count, size_t *hidden_size, lh_error *error);

/* The indices of the hidden states, in the order of the data: layer_count numbers. Live as long as the handle. */
LH_API lh_status lh_features_layers(const lh_features *features, const int32_t **layers, lh_error *error);

/* All values, [layer_count, frame_count, hidden_size], row-major. Live as long as the handle. */
LH_API lh_status lh_features_data(const lh_features *features, const float **data, lh_error *error);

/* Ends the handle of features and gives their memory back. */
LH_API lh_status lh_features_destroy(lh_features *features);

/* ---- Extraction ---- */

/* Values of lh_extract_options.weights. */
enum {
  /* float16 for each tensor in which that changes no value, else float32. */
  LH_WEIGHTS_AUTO = 0,
  LH_WEIGHTS_F32 = 1,
  /* float16, rounded. */
  LH_WEIGHTS_F16 = 2,
  /* bfloat16, rounded, for the matrices and convolutions that make most of the work. */
  LH_WEIGHTS_BF16 = 3,
  /* int8 with scales for the same, but bfloat16 where int8 would cost too much. */
  LH_WEIGHTS_INT8 = 4
};

/* How a subnet is stored. */
typedef struct lh_extract_options {
  /* sizeof(lh_extract_options) */
  size_t struct_size;
  /* LH_WEIGHTS_... */
  int32_t weights;
  /* zstd's level, 1 to 19; 0 for no compression. */
  int32_t compression_level;
  /* Not 0 to replace the output when it exists. */
  int32_t replace;
  /* 1 to allow weights that are NaN or infinite, an error otherwise; not with LH_WEIGHTS_INT8, which has neither. */
  int32_t allow_nonfinite;
  /* Told how far the call is; NULL for none. */
  lh_progress progress;
  /* Passed on to `progress`. */
  void *progress_data;
  /* Of a model that is taken whole: whether its waveform is normalised, LH_NORMALIZE_...; else 0. */
  int32_t normalize;
  /* Of a model that is taken whole: what is added to the variance of a waveform that is normalised; 0 for what goes
     with its files (1e-7 in Hugging Face folders, 1e-5 elsewhere). */
  float waveform_eps;
} lh_extract_options;

#define LH_EXTRACT_OPTIONS_INIT { sizeof(lh_extract_options), 0, 0, 0, 0, 0, 0, 0, 0 }

/*
 * Takes a model of the HuBERT family whole, or cuts a subnet out of a LightHuBERT supernet, into a .lhb file. Nothing
 * in the files is executed. The output appears under its name only when it is whole.
 *
 * checkpoint_path  a file that torch.save wrote, a .safetensors file or the index of several with config.json beside
 *               it, or a folder that has one of them.
 * architecture  NULL to take a model whole; of a supernet a published name ("base-min", "base-default", "base-max",
 *               "small-min", "small-default", "small-max") or a JSON object with embed_dim, heads_num, ffn_embed and
 *               layer_num.
 *
 * The environment variable SOURCE_DATE_EPOCH sets the date in the output, for reproducible files.
 *
 * LH_NOT_FOUND when the checkpoint cannot be read, LH_BAD_DATA when it is none, or the architecture is not one or
 * does not fit it, LH_INVALID_ARGUMENT when the architecture's name is not known, LH_CANNOT_CREATE when the output
 * exists or cannot be created, LH_CANCELLED by `progress`; then nothing is left behind.
 */
LH_API lh_status lh_extract(
    const char *checkpoint_path, const char *architecture, const char *output_path, const lh_extract_options *options,
    lh_error *error);

/* ---- Exports ---- */

/* The forms in which lh_export writes a model for other programs. */
enum {
  /* A folder that transformers loads: config.json, preprocessor_config.json, model.safetensors. */
  LH_EXPORT_HUGGING_FACE = 1,
  /* A graph from samples of any number to hidden states, which ONNX Runtime and others run. */
  LH_EXPORT_ONNX = 2,
  /* One .safetensors file with the names of a .lhb file, which lh_extract reads back. */
  LH_EXPORT_SAFETENSORS = 3
};

/* How a model is exported. */
typedef struct lh_export_options {
  /* sizeof(lh_export_options) */
  size_t struct_size;
  /* Of LH_EXPORT_SAFETENSORS: LH_WEIGHTS_F32, _F16 or _BF16; LH_WEIGHTS_AUTO is float32, as in the other forms. */
  int32_t weights;
  /* Not 0 to replace the output when it exists. */
  int32_t replace;
  /* Of LH_EXPORT_HUGGING_FACE: 1 to fill layers with fewer heads or FFN units than others up with zeros. */
  int32_t pad;
  /* Of LH_EXPORT_ONNX: 1 to give all hidden states as outputs, not the last alone. */
  int32_t hidden_states;
  /* Of LH_EXPORT_ONNX: the layer, from 1, whose output passes through the final projection; 0 for the last. */
  int32_t projected_layer;
  /* Of LH_EXPORT_ONNX: 1 to put the weights into a second file, <output>.data. Above 2 GB that is so always. */
  int32_t external_data;
  /* Told how far the call is; NULL for none. */
  lh_progress progress;
  /* Passed on to `progress`. */
  void *progress_data;
} lh_export_options;

#define LH_EXPORT_OPTIONS_INIT { sizeof(lh_export_options), 0, 0, 0, 0, 0, 0, 0, 0 }

/*
 * Writes the model in a .lhb file for other programs, in the form LH_EXPORT_... . The output, a folder for
 * LH_EXPORT_HUGGING_FACE and a file for the others, appears under its name only when it is whole.
 *
 * LH_NOT_FOUND when the model cannot be read, LH_BAD_DATA when it is no .lhb file or the form has no place for what it
 * computes, LH_INVALID_ARGUMENT for options of another form, LH_CANNOT_CREATE when the output exists or cannot be
 * created, LH_CANCELLED by `progress`; then nothing is left behind.
 */
LH_API lh_status lh_export(
    const char *model_path, int32_t form, const char *output_path, const lh_export_options *options, lh_error *error);

#ifdef __cplusplus
}
#endif

#endif
