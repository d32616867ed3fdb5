package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/**
 * SSIM as its authors define it: Gaussian window of 11x11 pixels with sigma 1.5, K1 = 0.01, K2 =
 * 0.03, data range 1, averaged over every window that lies inside the image, then over the
 * channels. Absent for images with a side below 11 pixels, which hold no window.
 *
 * <p>Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to
 * structural similarity", IEEE Transactions on Image Processing 13(4), 2004. Equals scikit-image's
 * {@code structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)}.
 */
public final class StructuralSimilarity implements ImageMetric {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;

  private final double[] weights = gaussian();

  @Override
  public String name() {
    return "ssim";
  }

  @Override
  public String label() {
    return "SSIM";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public OptionalDouble compare(RgbImage candidate, RgbImage reference) {
    SameSize.require(candidate, reference);
    if (candidate.size().height() < WINDOW || candidate.size().width() < WINDOW) {
      return OptionalDouble.empty();
    }
    double sum = 0;
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      sum += ofChannel(candidate, reference, channel);
    }
    return OptionalDouble.of(sum / RgbImage.CHANNELS);
  }

  private double ofChannel(RgbImage candidate, RgbImage reference, int channel) {
    int height = candidate.size().height();
    int width = candidate.size().width();
    double[] x = new double[height * width];
    double[] y = new double[height * width];
    double[] xx = new double[height * width];
    double[] yy = new double[height * width];
    double[] xy = new double[height * width];
    for (int i = 0; i < x.length; i++) {
      x[i] = candidate.values()[RgbImage.CHANNELS * i + channel];
      y[i] = reference.values()[RgbImage.CHANNELS * i + channel];
      xx[i] = x[i] * x[i];
      yy[i] = y[i] * y[i];
      xy[i] = x[i] * y[i];
    }
    double[] meanX = windowMeans(x, height, width);
    double[] meanY = windowMeans(y, height, width);
    double[] meanXx = windowMeans(xx, height, width);
    double[] meanYy = windowMeans(yy, height, width);
    double[] meanXy = windowMeans(xy, height, width);
    double sum = 0;
    for (int i = 0; i < meanX.length; i++) {
      double productOfMeans = meanX[i] * meanY[i];
      double squaresOfMeans = meanX[i] * meanX[i] + meanY[i] * meanY[i];
      double covariance = meanXy[i] - productOfMeans;
      double variances = meanXx[i] + meanYy[i] - squaresOfMeans;
      sum +=
          (2 * productOfMeans + C1)
              * (2 * covariance + C2)
              / ((squaresOfMeans + C1) * (variances + C2));
    }
    return sum / meanX.length;
  }

  /** The weighted mean of every window inside: the Gaussian is separable, so rows, then columns. */
  private double[] windowMeans(double[] plane, int height, int width) {
    int outputWidth = width - WINDOW + 1;
    double[] rows = new double[height * outputWidth];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < outputWidth; column++) {
        double sum = 0;
        for (int k = 0; k < WINDOW; k++) {
          sum += weights[k] * plane[row * width + column + k];
        }
        rows[row * outputWidth + column] = sum;
      }
    }
    double[] means = new double[(height - WINDOW + 1) * outputWidth];
    for (int i = 0; i < means.length; i++) {
      double sum = 0;
      for (int k = 0; k < WINDOW; k++) {
        sum += weights[k] * rows[i + k * outputWidth];
      }
      means[i] = sum;
    }
    return means;
  }

  private static double[] gaussian() {
    double[] weights = new double[WINDOW];
    double sum = 0;
    for (int k = 0; k < WINDOW; k++) {
      double distance = (k - WINDOW / 2) / SIGMA;
      weights[k] = Math.exp(-distance * distance / 2);
      sum += weights[k];
    }
    for (int k = 0; k < WINDOW; k++) {
      weights[k] /= sum;
    }
    return weights;
  }
}
