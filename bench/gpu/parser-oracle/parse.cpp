// Feeds ONNX files to TensorRT's own ONNX parser, over a network definition of our own, and prints what the parser says. See README.md.
#include <NvOnnxParser.h>

#include <cstdio>
#include <cstring>

#include "network.h"

namespace {
class Logger final : public nvinfer1::ILogger {
  void log(Severity severity, const char *message) noexcept override {
    if (severity == Severity::kINTERNAL_ERROR) std::fprintf(stderr, "  tensorrt: %s\n", message);
  }
};
const char *text(const char *value) { return value ? value : ""; }
}  // namespace

int main(int count, char **arguments) {
  Logger logger;
  oracle::Builder builder(logger);
  bool operators = count > 1 && std::strcmp(arguments[1], "--operators") == 0;
  int refused = 0;
  for (int i = 1; i < count; i++) {
    auto network = oracle::create_network(builder);
    std::unique_ptr<nvonnxparser::IParser> parser{nvonnxparser::createParser(*network, logger)};
    if (!parser) {
      std::fprintf(stderr, "the parser library did not start\n");
      return 2;
    }
    if (operators) { // the names after --operators
      for (int k = 2; k < count; k++) std::printf("%s %s\n", arguments[k], parser->supportsOperator(arguments[k]) ? "yes" : "no");
      return 0;
    }
    bool parsed = parser->parseFromFile(arguments[i], static_cast<int>(nvinfer1::ILogger::Severity::kERROR));
    auto complaints = parsed ? oracle::complaints(*network) : std::vector<std::string>{};
    std::printf("%s: %s (%d layers)\n", arguments[i], !parsed ? "REFUSED by the parser" : complaints.empty() ? "accepted" : "TYPES do not fit",
        network->getNbLayers());
    for (int e = 0; e < parser->getNbErrors(); e++) {
      const nvonnxparser::IParserError *error = parser->getError(e);
      std::printf("  node %d '%s' (%s): %s [%s:%d]\n", error->node(), text(error->nodeName()), text(error->nodeOperator()), text(error->desc()),
          text(error->func()), error->line());
    }
    for (const auto &line : complaints) std::printf("  layer %s\n", line.c_str());
    for (int k = 0; parsed && k < network->getNbInputs(); k++) {
      auto *tensor = network->getInput(k);
      std::printf("  input  %s %s %s\n", tensor->getName(), oracle::name_of(tensor->getType()), oracle::describe(tensor->getDimensions()).c_str());
    }
    for (int k = 0; parsed && k < network->getNbOutputs(); k++) {
      auto *tensor = network->getOutput(k);
      std::printf("  output %s %s %s\n", tensor->getName(), oracle::name_of(tensor->getType()), oracle::describe(tensor->getDimensions()).c_str());
    }
    refused += !parsed || !complaints.empty();
  }
  return refused ? 1 : 0;
}
