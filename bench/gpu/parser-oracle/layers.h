// The layers that diffusion networks need: attributes as TensorRT's headers declare them, shapes as its documentation says.
#pragma once
#include <algorithm>
#include <map>

#include "network.h"

namespace oracle {
using namespace nvinfer1;

#define VALUE(Type, Name)                                      \
  void set##Name(Type value) noexcept override { my##Name = value; } \
  Type get##Name() const noexcept override { return my##Name; }    \
  Type my##Name{};
#define DIMS(Name)                                                    \
  void set##Name(const Dims &value) noexcept override { my##Name = value; } \
  Dims get##Name() const noexcept override { return my##Name; }           \
  Dims my##Name{};

inline Dims unknown(int rank) {
  Dims dims{};
  dims.nbDims = rank;
  std::fill(dims.d, dims.d + std::max(rank, 0), -1);
  return dims;
}
inline Dims broadcast(const Dims &a, const Dims &b) {
  if (a.nbDims != b.nbDims) return unknown(-1);
  Dims out = a;
  for (int i = 0; i < a.nbDims; i++) out.d[i] = a.d[i] == 1 ? b.d[i] : a.d[i];
  return out;
}
inline bool compatible(const Dims &a, const Dims &b) {
  if (a.nbDims < 0 || b.nbDims < 0) return true;
  if (a.nbDims != b.nbDims) return false;
  for (int i = 0; i < a.nbDims; i++)
    if (a.d[i] != b.d[i] && a.d[i] != 1 && b.d[i] != 1 && a.d[i] >= 0 && b.d[i] >= 0) return false;
  return true;
}
inline bool floating(DataType type) { return type == DataType::kFLOAT || type == DataType::kHALF || type == DataType::kBF16; }

// Same shape and type as the first input.
template <class Interface, LayerType TYPE>
struct Same : Layer<Interface, TYPE> {
  Dims shape(int) const override { return this->in(0); }
  DataType type(int) const override { return this->in_type(0); }
};

struct Activation final : Same<IActivationLayer, LayerType::kACTIVATION>, apiv::VActivationLayer {
  Activation() { mImpl = this; }
  VALUE(nvinfer1::ActivationType, ActivationType) VALUE(float, Alpha) VALUE(float, Beta)
  std::string complaint() const override { return floating(in_type(0)) ? "" : std::string("an activation of ") + name_of(in_type(0)); }
};
struct SoftMax final : Same<ISoftMaxLayer, LayerType::kSOFTMAX>, apiv::VSoftMaxLayer {
  SoftMax() { mImpl = this; }
  VALUE(uint32_t, Axes)
  std::string complaint() const override { return floating(in_type(0)) ? "" : std::string("a softmax of ") + name_of(in_type(0)); }
};
struct Normalization final : Same<INormalizationLayer, LayerType::kNORMALIZATION>, apiv::VNormalizationLayer {
  Normalization() { mImpl = this; }
  VALUE(float, Epsilon) VALUE(uint32_t, Axes) VALUE(int64_t, NbGroups) VALUE(DataType, ComputePrecision)
  std::string complaint() const override {
    return in_type(0) == in_type(1) && in_type(0) == in_type(2) ? ""
        : std::string("a normalization of ") + name_of(in_type(0)) + " with scale " + name_of(in_type(1)) + " and bias " + name_of(in_type(2));
  }
};
struct Scale final : Same<IScaleLayer, LayerType::kSCALE>, apiv::VScaleLayer {
  Scale() { mImpl = this; }
  VALUE(ScaleMode, Mode) VALUE(nvinfer1::Weights, Shift) VALUE(nvinfer1::Weights, Scale) VALUE(nvinfer1::Weights, Power) VALUE(int32_t, ChannelAxis)
};
struct Unary final : Same<IUnaryLayer, LayerType::kUNARY>, apiv::VUnaryLayer {
  Unary() { mImpl = this; }
  VALUE(UnaryOperation, Operation)
  DataType type(int) const override { return myOperation == UnaryOperation::kISINF ? DataType::kBOOL : in_type(0); }
};
struct Identity final : Same<IIdentityLayer, LayerType::kIDENTITY>, apiv::VIdentityLayer {
  Identity() { mImpl = this; }
};
struct Cast final : Same<ICastLayer, LayerType::kCAST>, apiv::VCastLayer {
  Cast() { mImpl = this; }
  VALUE(DataType, ToType)
  DataType type(int) const override { return myToType; }
};
// Of "Quantize" and "Dequantize", NvInfer.h: scales per channel are for weights only, and the scale itself is a constant, perhaps cast.
inline bool constant(const ITensor *tensor) {
  const Node *node = static_cast<const Tensor *>(tensor)->producer;
  if (!node) return false;
  if (dynamic_cast<const IConstantLayer *>(node)) return true;
  bool passes = dynamic_cast<const ICastLayer *>(node) || dynamic_cast<const IQuantizeLayer *>(node) || dynamic_cast<const IIdentityLayer *>(node) ||
      dynamic_cast<const IShuffleLayer *>(node);
  return passes && constant(node->inputs[0]);
}
inline std::string scale_complaint(const Node &node) {
  if (!constant(node.inputs[1])) return "its scale is not a constant";
  if (node.in(1).nbDims > 0 && node.in(1).d[0] > 1 && !constant(node.inputs[0])) return "scales per channel of what is not a weight";
  return {};
}
struct Quantize final : Same<IQuantizeLayer, LayerType::kQUANTIZE>, apiv::VQuantizeLayer {
  Quantize() { mImpl = this; }
  VALUE(int32_t, Axis) VALUE(DataType, ToType)
  DataType type(int) const override { return myToType; }
  std::string complaint() const override {
    if (in_type(0) != in_type(1)) return std::string("quantizes ") + name_of(in_type(0)) + " with a scale of " + name_of(in_type(1));
    return scale_complaint(*this);
  }
};
struct Dequantize final : Same<IDequantizeLayer, LayerType::kDEQUANTIZE>, apiv::VDequantizeLayer {
  Dequantize() { mImpl = this; }
  VALUE(int32_t, Axis) VALUE(DataType, ToType)
  DataType type(int) const override { return in_type(1); }
  std::string complaint() const override {
    if (in_type(0) != DataType::kINT8 && in_type(0) != DataType::kFP8 && in_type(0) != DataType::kINT4)
      return std::string("dequantizes ") + name_of(in_type(0));
    return scale_complaint(*this);
  }
};

struct ElementWise final : Layer<IElementWiseLayer, LayerType::kELEMENTWISE>, apiv::VElementWiseLayer {
  ElementWise() { mImpl = this; }
  VALUE(ElementWiseOperation, Operation)
  Dims shape(int) const override { return broadcast(in(0), in(1)); }
  DataType type(int) const override {
    bool truth = myOperation == ElementWiseOperation::kEQUAL || myOperation == ElementWiseOperation::kLESS || myOperation == ElementWiseOperation::kGREATER;
    return truth ? DataType::kBOOL : in_type(0);
  }
  std::string complaint() const override {
    if (!compatible(in(0), in(1))) return "element by element over " + describe(in(0)) + " and " + describe(in(1));
    return in_type(0) == in_type(1) ? "" : std::string("element by element over ") + name_of(in_type(0)) + " and " + name_of(in_type(1));
  }
};
struct Select final : Layer<ISelectLayer, LayerType::kSELECT>, apiv::VSelectLayer {
  Select() { mImpl = this; }
  Dims shape(int) const override { return broadcast(in(0), broadcast(in(1), in(2))); }
  DataType type(int) const override { return in_type(1); }
  std::string complaint() const override {
    return in_type(1) == in_type(2) ? "" : std::string("selects between ") + name_of(in_type(1)) + " and " + name_of(in_type(2));
  }
};
struct Concatenation final : Layer<IConcatenationLayer, LayerType::kCONCATENATION>, apiv::VConcatenationLayer {
  Concatenation() { mImpl = this; }
  VALUE(int32_t, Axis)
  Dims shape(int) const override {
    Dims out = in(0);
    for (size_t i = 1; i < inputs.size(); i++) out.d[myAxis] = out.d[myAxis] < 0 || in(i).d[myAxis] < 0 ? -1 : out.d[myAxis] + in(i).d[myAxis];
    return out;
  }
  DataType type(int) const override { return in_type(0); }
  std::string complaint() const override {
    for (size_t i = 1; i < inputs.size(); i++)
      if (in_type(i) != in_type(0)) return std::string("joins ") + name_of(in_type(0)) + " and " + name_of(in_type(i));
    return {};
  }
};
struct MatrixMultiply final : Layer<IMatrixMultiplyLayer, LayerType::kMATRIX_MULTIPLY>, apiv::VMatrixMultiplyLayer {
  MatrixMultiply() { mImpl = this; }
  void setOperation(int32_t i, MatrixOperation op) noexcept override { operations[i] = op; }
  MatrixOperation getOperation(int32_t i) const noexcept override { return operations[i]; }
  int64_t side(int i, bool outer) const {
    Dims dims = in(i);
    if (operations[i] == MatrixOperation::kVECTOR) return outer ? 0 : dims.d[dims.nbDims - 1];
    bool last = (i == 1) == outer;
    if (operations[i] == MatrixOperation::kTRANSPOSE) last = !last;
    return dims.d[dims.nbDims - (last ? 1 : 2)];
  }
  Dims shape(int) const override {
    if (in(0).nbDims < 1 || in(1).nbDims < 1) return unknown(-1);
    int batch = in(0).nbDims - (operations[0] == MatrixOperation::kVECTOR ? 1 : 2);
    Dims out{};
    for (int i = 0; i < batch; i++) out.d[out.nbDims++] = in(0).d[i] == 1 ? in(1).d[i] : in(0).d[i];
    for (int i = 0; i < 2; i++)
      if (operations[i] != MatrixOperation::kVECTOR) out.d[out.nbDims++] = side(i, true);
    return out;
  }
  DataType type(int) const override { return in_type(0); }
  std::string complaint() const override {
    if (in(0).nbDims < 1 || in(1).nbDims < 1) return {};
    if (side(0, false) != side(1, false) && side(0, false) >= 0 && side(1, false) >= 0) return "multiplies " + describe(in(0)) + " by " + describe(in(1));
    return in_type(0) == in_type(1) ? "" : std::string("multiplies ") + name_of(in_type(0)) + " by " + name_of(in_type(1));
  }
  MatrixOperation operations[2]{};
};
struct Reduce final : Layer<IReduceLayer, LayerType::kREDUCE>, apiv::VReduceLayer {
  Reduce() { mImpl = this; }
  VALUE(ReduceOperation, Operation) VALUE(uint32_t, ReduceAxes) VALUE(bool, KeepDimensions)
  Dims shape(int) const override {
    Dims out{}, dims = in(0);
    for (int i = 0; i < dims.nbDims; i++) {
      bool reduced = myReduceAxes >> i & 1;
      if (!reduced || myKeepDimensions) out.d[out.nbDims++] = reduced ? 1 : dims.d[i];
    }
    return out;
  }
  DataType type(int) const override { return in_type(0); }
};
struct Constant final : Layer<IConstantLayer, LayerType::kCONSTANT>, apiv::VConstantLayer {
  Constant() { mImpl = this; }
  VALUE(nvinfer1::Weights, Weights) DIMS(Dimensions)
  Dims shape(int) const override { return myDimensions; }
  DataType type(int) const override { return myWeights.type; }
};
struct Shape final : Layer<IShapeLayer, LayerType::kSHAPE>, apiv::VShapeLayer {
  Shape() { mImpl = this; }
  Dims shape(int) const override { return Dims{1, {in(0).nbDims}}; }
  DataType type(int) const override { return DataType::kINT64; }
};
struct Gather final : Layer<IGatherLayer, LayerType::kGATHER>, apiv::VGatherLayer {
  Gather() { mImpl = this; }
  VALUE(int32_t, GatherAxis) VALUE(int32_t, NbElementWiseDims) VALUE(GatherMode, Mode)
  Dims shape(int) const override {
    Dims data = in(0), indices = in(1), out{};
    if (myMode == GatherMode::kELEMENT) return indices;
    if (myMode == GatherMode::kND) return unknown(data.nbDims + indices.nbDims - 1 - myNbElementWiseDims - static_cast<int>(indices.d[indices.nbDims - 1]));
    for (int i = 0; i < data.nbDims; i++) {
      if (i == myGatherAxis)
        for (int k = myNbElementWiseDims; k < indices.nbDims; k++) out.d[out.nbDims++] = indices.d[k];
      else
        out.d[out.nbDims++] = data.d[i];
    }
    return out;
  }
  DataType type(int) const override { return in_type(0); }
};
struct Shuffle final : Layer<IShuffleLayer, LayerType::kSHUFFLE>, apiv::VShuffleLayer {
  Shuffle() {
    mImpl = this;
    for (int i = 0; i < Dims::MAX_DIMS; i++) first.order[i] = second.order[i] = i;
  }
  void setFirstTranspose(const Permutation &value) noexcept override { first = value; }
  const Permutation &getFirstTranspose() const noexcept override { return first; }
  void setReshapeDimensions(const Dims &value) noexcept override { reshape = value, reshaped = true; }
  Dims getReshapeDimensions() const noexcept override { return reshape; }
  void setSecondTranspose(const Permutation &value) noexcept override { second = value; }
  const Permutation &getSecondTranspose() const noexcept override { return second; }
  void setZeroIsPlaceholder(bool value) noexcept override { zero_copies = value; }
  bool getZeroIsPlaceholder() const noexcept override { return zero_copies; }
  static Dims permute(const Dims &dims, const Permutation &order) {
    Dims out = dims;
    for (int i = 0; i < dims.nbDims; i++) out.d[i] = dims.d[order.order[i]];
    return out;
  }
  Dims shape(int) const override {
    Dims dims = permute(in(0), first);
    if (has(1)) return permute(unknown(static_cast<int>(in(1).d[0])), second);
    if (reshaped) {
      int64_t volume = 1, rest = 1;
      for (int i = 0; i < dims.nbDims; i++) volume = dims.d[i] < 0 ? -1 : volume < 0 ? -1 : volume * dims.d[i];
      Dims out = reshape;
      for (int i = 0; i < out.nbDims; i++) {
        if (out.d[i] == 0 && zero_copies && i < dims.nbDims) out.d[i] = dims.d[i];
        if (out.d[i] >= 0) rest *= out.d[i];
      }
      for (int i = 0; i < out.nbDims; i++)
        if (out.d[i] == -1 && volume >= 0 && rest > 0) out.d[i] = volume / rest;
      dims = out;
    }
    return permute(dims, second);
  }
  DataType type(int) const override { return in_type(0); }
  Permutation first{}, second{};
  Dims reshape{};
  bool reshaped = false, zero_copies = true;
};
struct Slice final : Layer<ISliceLayer, LayerType::kSLICE>, apiv::VSliceLayer {
  Slice() { mImpl = this; }
  DIMS(Start) DIMS(Size) DIMS(Stride) VALUE(SampleMode, Mode) DIMS(Axes)
  Dims shape(int) const override {
    if (has(2)) return unknown(in(0).nbDims);
    if (myAxes.nbDims <= 0) return mySize;
    Dims out = in(0);
    for (int i = 0; i < myAxes.nbDims; i++) out.d[myAxes.d[i]] = mySize.d[i];
    return out;
  }
  DataType type(int) const override { return in_type(0); }
};
struct Resize final : Layer<IResizeLayer, LayerType::kRESIZE>, apiv::VResizeLayer {
  Resize() { mImpl = this; }
  DIMS(OutputDimensions) VALUE(InterpolationMode, ResizeMode) VALUE(ResizeCoordinateTransformation, CoordinateTransformation)
  VALUE(ResizeSelector, SelectorForSinglePixel) VALUE(ResizeRoundMode, NearestRounding) VALUE(float, CubicCoeff) VALUE(bool, ExcludeOutside)
  void setScales(const float *values, int32_t count) noexcept override { scales.assign(values, values + count); }
  int32_t getScales(int32_t size, float *values) const noexcept override {
    std::copy_n(scales.begin(), std::min<size_t>(size, scales.size()), values);
    return static_cast<int32_t>(scales.size());
  }
  Dims shape(int) const override {
    if (has(1)) return unknown(in(0).nbDims);
    if (myOutputDimensions.nbDims > 0) return myOutputDimensions;
    Dims out = in(0);
    for (size_t i = 0; i < scales.size(); i++) out.d[i] = static_cast<int64_t>(out.d[i] * scales[i]);
    return out;
  }
  DataType type(int) const override { return in_type(0); }
  std::vector<float> scales;
};
struct Fill final : Layer<IFillLayer, LayerType::kFILL>, apiv::VFillLayer {
  Fill() { mImpl = this; }
  DIMS(Dimensions) VALUE(FillOperation, Operation) VALUE(double, Alpha) VALUE(double, Beta) VALUE(int64_t, AlphaInt64) VALUE(int64_t, BetaInt64)
  VALUE(DataType, ToType)
  bool isAlphaBetaInt64() const noexcept override { return false; }
  Dims shape(int) const override { return has(0) ? unknown(static_cast<int>(in(0).d[0])) : myDimensions; }
  DataType type(int) const override { return myToType; }
};
struct TopK final : Layer<ITopKLayer, LayerType::kTOPK, 2>, apiv::VTopKLayer {
  TopK() { mImpl = this; }
  VALUE(TopKOperation, Operation) VALUE(int32_t, K) VALUE(uint32_t, ReduceAxes)
  Dims shape(int) const override {
    Dims out = in(0);
    for (int i = 0; i < out.nbDims; i++)
      if (myReduceAxes >> i & 1) out.d[i] = myK;
    return out;
  }
  DataType type(int output) const override { return output == 0 ? in_type(0) : DataType::kINT32; }
};
struct Einsum final : Layer<IEinsumLayer, LayerType::kEINSUM>, apiv::VEinsumLayer {
  Einsum() { mImpl = this; }
  bool setEquation(const char *value) noexcept override { equation = value; return true; }
  const char *getEquation() const noexcept override { return equation.c_str(); }
  Dims shape(int) const override {
    std::string text;
    std::copy_if(equation.begin(), equation.end(), std::back_inserter(text), [](char c) { return c != ' '; });
    std::map<char, int64_t> sizes;
    size_t arrow = text.find("->");
    int input = 0, axis = 0;
    for (char c : text.substr(0, arrow)) {
      if (c == ',') input++, axis = 0;
      else sizes[c] = in(input).d[axis++];
    }
    Dims out{};
    if (arrow != std::string::npos)
      for (char c : text.substr(arrow + 2)) out.d[out.nbDims++] = sizes[c];
    return out;
  }
  DataType type(int) const override { return in_type(0); }
  std::string equation;
};

template <class Interface, class Implementation, LayerType TYPE, bool POOLS>
struct Window : Layer<Interface, TYPE>, Implementation {
  DIMS(PrePadding) DIMS(PostPadding) VALUE(nvinfer1::PaddingMode, PaddingMode) DIMS(StrideNd)
  void setPaddingNd(const Dims &value) noexcept override { myPrePadding = myPostPadding = value; }
  Dims getPaddingNd() const noexcept override { return myPrePadding; }
  Dims slide(const Dims &window, const Dims &dilation, int64_t channels) const {
    Dims out = this->in(0);
    out.d[1] = channels;
    for (int i = 0; i + 2 < out.nbDims; i++) {
      int64_t stride = i < myStrideNd.nbDims ? myStrideNd.d[i] : 1, spread = i < dilation.nbDims ? dilation.d[i] : 1;
      int64_t pads = (i < myPrePadding.nbDims ? myPrePadding.d[i] : 0) + (i < myPostPadding.nbDims ? myPostPadding.d[i] : 0);
      int64_t room = out.d[i + 2] + pads - ((window.d[i] - 1) * spread + 1);
      bool same = myPaddingMode == nvinfer1::PaddingMode::kSAME_LOWER || myPaddingMode == nvinfer1::PaddingMode::kSAME_UPPER;
      bool up = myPaddingMode == nvinfer1::PaddingMode::kEXPLICIT_ROUND_UP;
      out.d[i + 2] = same ? (out.d[i + 2] + stride - 1) / stride : (room + (up ? stride - 1 : 0)) / stride + 1;
    }
    return out;
  }
  DataType type(int) const override { return this->in_type(0); }
};
struct Convolution final : Window<IConvolutionLayer, apiv::VConvolutionLayer, LayerType::kCONVOLUTION, false> {
  Convolution() { mImpl = this; }
  VALUE(int64_t, NbOutputMaps) VALUE(int64_t, NbGroups) VALUE(nvinfer1::Weights, KernelWeights) VALUE(nvinfer1::Weights, BiasWeights) DIMS(KernelSizeNd) DIMS(DilationNd)
  Dims shape(int) const override { return slide(myKernelSizeNd, myDilationNd, myNbOutputMaps); }
  std::string complaint() const override {
    DataType kernel = has(1) ? in_type(1) : myKernelWeights.type;
    return kernel == in_type(0) ? "" : std::string("convolves ") + name_of(in_type(0)) + " with a kernel of " + name_of(kernel);
  }
};
struct Pooling final : Window<IPoolingLayer, apiv::VPoolingLayer, LayerType::kPOOLING, true> {
  Pooling() { mImpl = this; }
  VALUE(nvinfer1::PoolingType, PoolingType) VALUE(float, BlendFactor) VALUE(bool, AverageCountExcludesPadding) DIMS(WindowSizeNd)
  Dims shape(int) const override { return slide(myWindowSizeNd, Dims{}, in(0).d[1]); }
};
#undef VALUE
#undef DIMS
}  // namespace oracle
