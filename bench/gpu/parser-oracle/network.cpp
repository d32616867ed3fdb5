#include "layers.h"

namespace oracle {

const char *name_of(DataType type) {
  switch (type) {
    case DataType::kFLOAT: return "float32";
    case DataType::kHALF: return "float16";
    case DataType::kINT8: return "int8";
    case DataType::kINT32: return "int32";
    case DataType::kBOOL: return "bool";
    case DataType::kUINT8: return "uint8";
    case DataType::kFP8: return "float8";
    case DataType::kBF16: return "bfloat16";
    case DataType::kINT64: return "int64";
    case DataType::kINT4: return "int4";
  }
  return "?";
}

std::string describe(const Dims &dims) {
  std::string text = "[";
  for (int i = 0; i < dims.nbDims; i++) text += (i ? ", " : "") + std::to_string(dims.d[i]);
  return text + "]";
}

Dims Tensor::getDimensions() const noexcept { return producer && !settled ? producer->shape(index) : dims; }
DataType Tensor::getType() const noexcept { return typed || settled || !producer ? type : producer->type(index); }

const Tensor &Tensor::settle() {
  if (producer && !settled) {
    dims = getDimensions(), type = getType();
    settled = true;
  }
  return *this;
}

class Network final : public INetworkDefinition, public apiv::VNetworkDefinition {
 public:
  explicit Network(Builder &builder) : builder(builder) { mImpl = this; }

  template <class L>
  L *add(std::initializer_list<ITensor *> inputs) {
    auto layer = std::make_unique<L>();
    layer->inputs = inputs;
    L *added = layer.get();
    nodes.push_back(std::move(layer));
    layers.push_back(added);
    return added;
  }

  ITensor *addInput(const char *name, DataType type, const Dims &dimensions) noexcept override {
    inputs.push_back(std::make_unique<Tensor>(nullptr, 0));
    inputs.back()->name = name, inputs.back()->dims = dimensions, inputs.back()->type = type;
    return inputs.back().get();
  }
  void markOutput(ITensor &tensor) noexcept override {
    outputs.push_back(&tensor);
    static_cast<Tensor &>(tensor).output = true;
  }
  IActivationLayer *addActivation(ITensor &input, ActivationType type) noexcept override {
    auto *layer = add<Activation>({&input});
    layer->myActivationType = type;
    return layer;
  }
  ILRNLayer *addLRN(ITensor &, int64_t, float, float, float) noexcept override { return nullptr; }
  IScaleLayer *addScale(ITensor &input, ScaleMode mode, Weights shift, Weights scale, Weights power) noexcept override {
    return addScaleNd(input, mode, shift, scale, power, 1);
  }
  ISoftMaxLayer *addSoftMax(ITensor &input) noexcept override { return add<SoftMax>({&input}); }
  IConcatenationLayer *addConcatenation(ITensor *const *tensors, int32_t count) noexcept override {
    auto *layer = add<Concatenation>({});
    layer->inputs.assign(tensors, tensors + count);
    return layer;
  }
  IElementWiseLayer *addElementWise(ITensor &a, ITensor &b, ElementWiseOperation op) noexcept override {
    auto *layer = add<ElementWise>({&a, &b});
    layer->myOperation = op;
    return layer;
  }
  IUnaryLayer *addUnary(ITensor &input, UnaryOperation op) noexcept override {
    auto *layer = add<Unary>({&input});
    layer->myOperation = op;
    return layer;
  }
  IShuffleLayer *addShuffle(ITensor &input) noexcept override { return add<Shuffle>({&input}); }
  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(layers.size()); }
  ILayer *getLayer(int32_t i) const noexcept override { return layers[i]; }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs.size()); }
  ITensor *getInput(int32_t i) const noexcept override { return inputs[i].get(); }
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(outputs.size()); }
  ITensor *getOutput(int32_t i) const noexcept override { return outputs[i]; }
  IReduceLayer *addReduce(ITensor &input, ReduceOperation op, uint32_t axes, bool keep) noexcept override {
    auto *layer = add<Reduce>({&input});
    layer->myOperation = op, layer->myReduceAxes = axes, layer->myKeepDimensions = keep;
    return layer;
  }
  ITopKLayer *addTopK(ITensor &input, TopKOperation op, int32_t k, uint32_t axes) noexcept override {
    auto *layer = add<TopK>({&input});
    layer->myOperation = op, layer->myK = k, layer->myReduceAxes = axes;
    return layer;
  }
  IGatherLayer *addGather(ITensor &data, ITensor &indices, int32_t axis) noexcept override {
    auto *layer = add<Gather>({&data, &indices});
    layer->myGatherAxis = axis;
    return layer;
  }
  IRaggedSoftMaxLayer *addRaggedSoftMax(ITensor &, ITensor &) noexcept override { return nullptr; }
  IMatrixMultiplyLayer *addMatrixMultiply(ITensor &a, MatrixOperation op_a, ITensor &b, MatrixOperation op_b) noexcept override {
    auto *layer = add<MatrixMultiply>({&a, &b});
    layer->operations[0] = op_a, layer->operations[1] = op_b;
    return layer;
  }
  IConstantLayer *addConstant(const Dims &dimensions, Weights weights) noexcept override {
    auto *layer = add<Constant>({});
    layer->myDimensions = dimensions, layer->myWeights = weights;
    return layer;
  }
  IIdentityLayer *addIdentity(ITensor &input) noexcept override { return add<Identity>({&input}); }
  void removeTensor(ITensor &) noexcept override {}
  void unmarkOutput(ITensor &tensor) noexcept override {
    outputs.erase(std::remove(outputs.begin(), outputs.end(), &tensor), outputs.end());
    static_cast<Tensor &>(tensor).output = false;
  }
  IPluginV2Layer *addPluginV2(ITensor *const *, int32_t, IPluginV2 &) noexcept override { return nullptr; }
  IPluginV3Layer *addPluginV3(ITensor *const *, int32_t, ITensor *const *, int32_t, IPluginV3 &) noexcept override { return nullptr; }
  ISliceLayer *addSlice(ITensor &input, const Dims &start, const Dims &size, const Dims &stride) noexcept override {
    auto *layer = add<Slice>({&input});
    layer->myStart = start, layer->mySize = size, layer->myStride = stride;
    return layer;
  }
  void setName(const char *value) noexcept override { name = value; }
  const char *getName() const noexcept override { return name.c_str(); }
  IShapeLayer *addShape(ITensor &input) noexcept override { return add<Shape>({&input}); }
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  bool markOutputForShapes(ITensor &) noexcept override { return false; }
  bool unmarkOutputForShapes(ITensor &) noexcept override { return false; }
  IParametricReLULayer *addParametricReLU(ITensor &, ITensor &) noexcept override { return nullptr; }
  IConvolutionLayer *addConvolutionNd(ITensor &input, int64_t maps, const Dims &size, Weights kernel, Weights bias) noexcept override {
    auto *layer = add<Convolution>({&input});
    layer->myNbOutputMaps = maps, layer->myNbGroups = 1, layer->myKernelSizeNd = size, layer->myKernelWeights = kernel, layer->myBiasWeights = bias;
    return layer;
  }
  IPoolingLayer *addPoolingNd(ITensor &input, PoolingType type, const Dims &window) noexcept override {
    auto *layer = add<Pooling>({&input});
    layer->myPoolingType = type, layer->myWindowSizeNd = window;
    return layer;
  }
  IDeconvolutionLayer *addDeconvolutionNd(ITensor &, int64_t, const Dims &, Weights, Weights) noexcept override { return nullptr; }
  IScaleLayer *addScaleNd(ITensor &input, ScaleMode mode, Weights shift, Weights scale, Weights power, int32_t axis) noexcept override {
    auto *layer = add<Scale>({&input});
    layer->myMode = mode, layer->myShift = shift, layer->myScale = scale, layer->myPower = power, layer->myChannelAxis = axis;
    return layer;
  }
  IResizeLayer *addResize(ITensor &input) noexcept override { return add<Resize>({&input}); }
  ILoop *addLoop() noexcept override { return nullptr; }
  ISelectLayer *addSelect(ITensor &condition, ITensor &yes, ITensor &no) noexcept override { return add<Select>({&condition, &yes, &no}); }
  IFillLayer *addFill(const Dims &dimensions, FillOperation op) noexcept override { return addFillV2(dimensions, op, DataType::kFLOAT); }
  IPaddingLayer *addPaddingNd(ITensor &, const Dims &, const Dims &) noexcept override { return nullptr; }
  bool setWeightsName(Weights, const char *) noexcept override { return true; }
  void setErrorRecorder(IErrorRecorder *) noexcept override {}
  IErrorRecorder *getErrorRecorder() const noexcept override { return nullptr; }
  IDequantizeLayer *addDequantize(ITensor &input, ITensor &scale) noexcept override { return addDequantizeV2(input, scale, DataType::kFLOAT); }
  IQuantizeLayer *addQuantize(ITensor &input, ITensor &scale) noexcept override { return addQuantizeV2(input, scale, DataType::kINT8); }
  IGatherLayer *addGatherV2(ITensor &data, ITensor &indices, GatherMode mode) noexcept override {
    auto *layer = add<Gather>({&data, &indices});
    layer->myMode = mode;
    return layer;
  }
  IIfConditional *addIfConditional() noexcept override { return nullptr; }
  IScatterLayer *addScatter(ITensor &, ITensor &, ITensor &, ScatterMode) noexcept override { return nullptr; }
  IEinsumLayer *addEinsum(ITensor *const *tensors, int32_t count, const char *equation) noexcept override {
    auto *layer = add<Einsum>({});
    layer->inputs.assign(tensors, tensors + count);
    layer->equation = equation;
    return layer;
  }
  IAssertionLayer *addAssertion(ITensor &, const char *) noexcept override { return nullptr; }
  IOneHotLayer *addOneHot(ITensor &, ITensor &, ITensor &, int32_t) noexcept override { return nullptr; }
  INonZeroLayer *addNonZero(ITensor &) noexcept override { return nullptr; }
  IGridSampleLayer *addGridSample(ITensor &, ITensor &) noexcept override { return nullptr; }
  INMSLayer *addNMS(ITensor &, ITensor &, ITensor &) noexcept override { return nullptr; }
  IReverseSequenceLayer *addReverseSequence(ITensor &, ITensor &) noexcept override { return nullptr; }
  INormalizationLayer *addNormalization(ITensor &input, ITensor &scale, ITensor &bias, uint32_t axes) noexcept override {
    auto *layer = add<Normalization>({&input, &scale, &bias});
    layer->myAxes = axes, layer->myNbGroups = 1, layer->myEpsilon = 1e-5F;
    return layer;
  }
  ICastLayer *addCast(ITensor &input, DataType type) noexcept override {
    auto *layer = add<Cast>({&input});
    layer->myToType = type;
    return layer;
  }
  IBuilder &getBuilder() const noexcept override { return builder; }
  NetworkDefinitionCreationFlags getFlags() const noexcept override { return 1U << static_cast<int>(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED); }
  bool getFlag(NetworkDefinitionCreationFlag flag) const noexcept override { return getFlags() >> static_cast<int>(flag) & 1; }
  IQuantizeLayer *addQuantizeV2(ITensor &input, ITensor &scale, DataType type) noexcept override {
    auto *layer = add<Quantize>({&input, &scale});
    layer->myAxis = -1, layer->myToType = type;
    return layer;
  }
  IDequantizeLayer *addDequantizeV2(ITensor &input, ITensor &scale, DataType type) noexcept override {
    auto *layer = add<Dequantize>({&input, &scale});
    layer->myAxis = -1, layer->myToType = type;
    return layer;
  }
  IFillLayer *addFillV2(const Dims &dimensions, FillOperation op, DataType type) noexcept override {
    auto *layer = add<Fill>({});
    layer->myDimensions = dimensions, layer->myOperation = op, layer->myToType = type;
    return layer;
  }
  bool markDebug(ITensor &) noexcept override { return false; }
  bool unmarkDebug(ITensor &) noexcept override { return false; }
  bool isDebugTensor(const ITensor &) const noexcept override { return false; }
  bool markWeightsRefittable(const char *) noexcept override { return false; }
  bool unmarkWeightsRefittable(const char *) noexcept override { return false; }
  bool areWeightsMarkedRefittable(const char *) const noexcept override { return false; }

  Builder &builder;
  std::string name;
  std::vector<std::unique_ptr<Tensor>> inputs;
  std::vector<ITensor *> outputs;
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<ILayer *> layers;
};

std::unique_ptr<INetworkDefinition, void (*)(INetworkDefinition *)> create_network(Builder &builder) {
  return {new Network(builder), [](INetworkDefinition *network) { delete static_cast<Network *>(network); }};
}

std::vector<std::string> complaints(const INetworkDefinition &network) {
  std::vector<std::string> lines;
  for (const auto &node : static_cast<const Network &>(network).nodes) {
    std::string complaint = node->complaint();
    if (!complaint.empty()) lines.push_back(node->label + ": " + complaint);
  }
  return lines;
}

}  // namespace oracle
