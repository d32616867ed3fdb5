// A network definition of our own behind TensorRT's public interfaces: it takes what the ONNX parser adds, infers shapes and types, and builds nothing.
// Header layout: TensorRT 10.6 (NvInfer.h, NvInferImpl.h); it fits that version of the parser only.
#pragma once
#include <NvInfer.h>

#include <memory>
#include <string>
#include <vector>

namespace oracle {

using nvinfer1::DataType;
using nvinfer1::Dims;
using nvinfer1::ITensor;

class Network;
struct Node;

const char *name_of(DataType type);
std::string describe(const Dims &dims);

// What a layer adds: shape and type are asked for when the parser asks, since it sets attributes after adding a layer.
class Tensor final : public ITensor, public nvinfer1::apiv::VTensor {
 public:
  Tensor(Node *producer, int index) : producer(producer), index(index) { mImpl = this; }
  void setName(const char *value) noexcept override { name = value; }
  const char *getName() const noexcept override { return name.c_str(); }
  void setDimensions(const Dims &value) noexcept override { dims = value; }
  Dims getDimensions() const noexcept override;
  void setType(DataType value) noexcept override { type = value, typed = true; }
  DataType getType() const noexcept override;
  bool setDynamicRange(float, float) noexcept override { return false; }
  bool isNetworkInput() const noexcept override { return producer == nullptr; }
  bool isNetworkOutput() const noexcept override { return output; }
  void setBroadcastAcrossBatch(bool) noexcept override {}
  bool getBroadcastAcrossBatch() const noexcept override { return false; }
  nvinfer1::TensorLocation getLocation() const noexcept override { return nvinfer1::TensorLocation::kDEVICE; }
  void setLocation(nvinfer1::TensorLocation) noexcept override {}
  bool dynamicRangeIsSet() const noexcept override { return false; }
  void resetDynamicRange() noexcept override {}
  float getDynamicRangeMin() const noexcept override { return 0; }
  float getDynamicRangeMax() const noexcept override { return 0; }
  void setAllowedFormats(nvinfer1::TensorFormats) noexcept override {}
  nvinfer1::TensorFormats getAllowedFormats() const noexcept override { return 1; }
  bool isShapeTensor() const noexcept override { return false; }
  bool isExecutionTensor() const noexcept override { return true; }
  void setDimensionName(int32_t, const char *) noexcept override {}
  const char *getDimensionName(int32_t) const noexcept override { return nullptr; }

  const Tensor &settle();

  Node *producer;
  int index;
  std::string name;
  Dims dims{};
  DataType type{};
  bool typed = false;
  bool output = false;
  bool settled = false;
};

// What every layer has, whatever its interface.
struct Node {
  virtual ~Node() = default;
  virtual Dims shape(int output) const = 0;
  virtual DataType type(int output) const = 0;
  // What TensorRT would refuse in a strongly typed network; empty if nothing is known.
  virtual std::string complaint() const { return {}; }
  // What is used as an input is complete: its shape is computed once, then kept.
  Dims in(int i) const { return static_cast<Tensor *>(inputs[i])->settle().dims; }
  DataType in_type(int i) const { return static_cast<Tensor *>(inputs[i])->settle().type; }
  bool has(int i) const { return i < static_cast<int>(inputs.size()) && inputs[i]; }

  std::string label;
  std::vector<ITensor *> inputs;
  std::vector<std::unique_ptr<Tensor>> outputs;
};

template <class Interface, nvinfer1::LayerType TYPE, int OUTPUTS = 1>
class Layer : public Interface, public nvinfer1::apiv::VLayer, public Node {
 public:
  Layer() {
    this->mLayer = this;
    for (int i = 0; i < OUTPUTS; i++) outputs.push_back(std::make_unique<Tensor>(this, i));
  }
  nvinfer1::LayerType getType() const noexcept override { return TYPE; }
  void setName(const char *value) noexcept override { label = value; }
  const char *getName() const noexcept override { return label.c_str(); }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs.size()); }
  ITensor *getInput(int32_t i) const noexcept override { return i < static_cast<int32_t>(inputs.size()) ? inputs[i] : nullptr; }
  int32_t getNbOutputs() const noexcept override { return OUTPUTS; }
  ITensor *getOutput(int32_t i) const noexcept override { return i < OUTPUTS ? outputs[i].get() : nullptr; }
  void setInput(int32_t i, ITensor &tensor) noexcept override {
    if (i >= static_cast<int32_t>(inputs.size())) inputs.resize(i + 1);
    inputs[i] = &tensor;
  }
  void setPrecision(DataType) noexcept override {}
  DataType getPrecision() const noexcept override { return DataType::kFLOAT; }
  bool precisionIsSet() const noexcept override { return false; }
  void resetPrecision() noexcept override {}
  void setOutputType(int32_t i, DataType value) noexcept override { outputs[i]->setType(value); }
  DataType getOutputType(int32_t i) const noexcept override { return outputs[i]->getType(); }
  bool outputTypeIsSet(int32_t i) const noexcept override { return outputs[i]->typed; }
  void resetOutputType(int32_t i) noexcept override { outputs[i]->typed = false; }
  void setMetadata(const char *value) noexcept override { metadata = value; }
  const char *getMetadata() const noexcept override { return metadata.c_str(); }

 private:
  std::string metadata;
};

class Builder final : public nvinfer1::IBuilder, public nvinfer1::apiv::VBuilder {
 public:
  explicit Builder(nvinfer1::ILogger &logger) : logger(logger) { mImpl = this; }
  bool platformHasFastFp16() const noexcept override { return true; }
  bool platformHasFastInt8() const noexcept override { return true; }
  int32_t getMaxDLABatchSize() const noexcept override { return 0; }
  int32_t getNbDLACores() const noexcept override { return 0; }
  void setGpuAllocator(nvinfer1::IGpuAllocator *) noexcept override {}
  nvinfer1::IBuilderConfig *createBuilderConfig() noexcept override { return nullptr; }
  nvinfer1::INetworkDefinition *createNetworkV2(nvinfer1::NetworkDefinitionCreationFlags) noexcept override { return nullptr; }
  nvinfer1::IOptimizationProfile *createOptimizationProfile() noexcept override { return nullptr; }
  void setErrorRecorder(nvinfer1::IErrorRecorder *) noexcept override {}
  nvinfer1::IErrorRecorder *getErrorRecorder() const noexcept override { return nullptr; }
  void reset() noexcept override {}
  bool platformHasTf32() const noexcept override { return true; }
  nvinfer1::IHostMemory *buildSerializedNetwork(nvinfer1::INetworkDefinition &, nvinfer1::IBuilderConfig &) noexcept override { return nullptr; }
  bool isNetworkSupported(const nvinfer1::INetworkDefinition &, const nvinfer1::IBuilderConfig &) const noexcept override { return false; }
  nvinfer1::ILogger *getLogger() const noexcept override { return &logger; }
  bool setMaxThreads(int32_t) noexcept override { return true; }
  int32_t getMaxThreads() const noexcept override { return 1; }
  nvinfer1::IPluginRegistry &getPluginRegistry() noexcept override { return *::getPluginRegistry(); }
  nvinfer1::ICudaEngine *buildEngineWithConfig(nvinfer1::INetworkDefinition &, nvinfer1::IBuilderConfig &) noexcept override { return nullptr; }

 private:
  nvinfer1::ILogger &logger;
};

std::unique_ptr<nvinfer1::INetworkDefinition, void (*)(nvinfer1::INetworkDefinition *)> create_network(Builder &builder);
// One line per layer that a strongly typed network would not take, with the layer's name.
std::vector<std::string> complaints(const nvinfer1::INetworkDefinition &network);

}  // namespace oracle
