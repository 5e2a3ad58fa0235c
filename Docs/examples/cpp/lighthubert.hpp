// LightHuBERT for C++17: handles that end themselves, errors that are exceptions. Copy it into your program.
#pragma once
#include <lighthubert.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

namespace lighthubert {

struct Error : std::runtime_error {
  explicit Error(const lh_error& error) : std::runtime_error(error.message), code(error.code) {}
  lh_status code;
};

template <typename Function, typename... Arguments>
void check(Function function, Arguments... arguments) {
  lh_error error;
  if (function(arguments..., &error) != LH_OK) throw Error(error);
}

// Hidden states of one utterance, [frames, width].
struct Features {
  std::size_t frames = 0, width = 0;
  std::vector<float> values;
};

// A model and what one thread needs to run it. A copy shares the model: make one for each thread.
class Encoder {
 public:
  explicit Encoder(const char* path, const lh_model_options* options = nullptr) {
    lh_model* opened = nullptr;
    check(lh_model_open, path, options, &opened);
    model.reset(opened, lh_model_close);
    makeContext();
  }
  Encoder(const Encoder& other) : model(other.model) { makeContext(); }
  Encoder& operator=(const Encoder&) = delete;

  // The last hidden states of mono samples at 16 kHz, or the one that the options choose.
  Features features(const std::vector<float>& samples, const lh_run_options* options = nullptr) {
    Features result;
    check(lh_model_frame_count, model.get(), samples.size(), &result.frames);
    check(lh_model_hidden_size, model.get(), &result.width);
    result.values.resize(result.frames * result.width);
    check(lh_run, context.get(), samples.data(), samples.size(), options, result.values.data(), result.values.size());
    return result;
  }

 private:
  struct Destroy { void operator()(lh_context* context) const { lh_context_destroy(context); } };
  std::shared_ptr<lh_model> model;
  std::unique_ptr<lh_context, Destroy> context;

  void makeContext() {
    lh_context* made = nullptr;
    check(lh_context_create, model.get(), nullptr, &made);
    context.reset(made);
  }
};

}  // namespace lighthubert
