// Computes the last hidden states of raw samples (float32, mono, 16 kHz).
//
//     c++ -std=c++17 -O2 features.cpp -o features $(pkg-config --cflags --libs lighthubert)
//     ffmpeg -loglevel error -i speech.mp3 -ac 1 -ar 16000 -f f32le - | ./features small.lhb > features.f32
#include <cstdio>
#include <exception>

#include "lighthubert.hpp"

static std::vector<float> readSamples(std::FILE* file) {
  std::vector<float> samples;
  float block[4096];
  while (std::size_t count = std::fread(block, sizeof *block, 4096, file)) {
    samples.insert(samples.end(), block, block + count);
  }
  return samples;
}

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s MODEL.lhb < SAMPLES.f32 > FEATURES.f32\n", argv[0]);
    return 64;
  }
  lighthubert::Encoder encoder(argv[1]);
  const lighthubert::Features features = encoder.features(readSamples(stdin));
  std::fprintf(stderr, "%zu frames of %zu values\n", features.frames, features.width);
  const std::size_t written = std::fwrite(features.values.data(), sizeof(float), features.values.size(), stdout);
  return written == features.values.size() && std::fflush(stdout) == 0 ? 0 : 74;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
