package io.dopt.runtime.image;

import io.dopt.runtime.bundle.ImageSize;
import java.util.List;

/** Lays images out side by side. */
public final class ImageGrid {
  private ImageGrid() {}

  /** The number of columns that makes a grid of {@code images} closest to a square. */
  public static int columnsFor(int images) {
    return (int) Math.ceil(Math.sqrt(images));
  }

  /**
   * The images row by row, each row {@code columns} wide; what the last row lacks stays white.
   *
   * @param images at least one, all of one size
   */
  public static RgbImage of(List<RgbImage> images, int columns) {
    ImageSize tile = images.get(0).size();
    int rows = (images.size() + columns - 1) / columns;
    ImageSize size = new ImageSize(rows * tile.height(), columns * tile.width());
    float[] values = new float[RgbImage.CHANNELS * size.height() * size.width()];
    java.util.Arrays.fill(values, 1f);
    int tileRow = RgbImage.CHANNELS * tile.width();
    for (int i = 0; i < images.size(); i++) {
      if (!images.get(i).size().equals(tile)) {
        throw new IllegalArgumentException("a grid needs images of one size");
      }
      for (int y = 0; y < tile.height(); y++) {
        int row = i / columns * tile.height() + y;
        System.arraycopy(
            images.get(i).values(),
            y * tileRow,
            values,
            (row * columns + i % columns) * tileRow,
            tileRow);
      }
    }
    return new RgbImage(size, values);
  }
}
