package io.dopt.runtime.image;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.WholeFile;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Reads images of the formats the JDK knows and writes PNG. */
public final class ImageFiles {
  /** A small file can declare a huge image; 16384 x 16384 is more than any model takes. */
  private static final long MAXIMUM_PIXELS = 1L << 28;

  private static final String PNG_METADATA = "javax_imageio_png_1.0";

  private ImageFiles() {}

  /**
   * Reads an image as Pillow's {@code convert("RGB")} does: gray is repeated, transparency dropped,
   * 16 bits cut to 8, no colour profile applied.
   *
   * @throws DoptException (IO) when the file cannot be read; (BAD_INPUT) when it is no image of a
   *     known format, is damaged or too large
   */
  public static RgbImage read(Path file) {
    if (!Files.isReadable(file)) {
      throw new DoptException(ErrorCode.IO, "The image " + file + " cannot be read.");
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is not a PNG, JPEG, GIF, BMP, TIFF or WBMP image.");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        if ((long) reader.getWidth(0) * reader.getHeight(0) > MAXIMUM_PIXELS) {
          throw new DoptException(
              ErrorCode.BAD_INPUT,
              file + " declares " + reader.getWidth(0) + "x" + reader.getHeight(0) + " pixels.");
        }
        return toRgb(reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is a damaged image: " + e.getMessage(), e);
    }
  }

  private static RgbImage toRgb(BufferedImage image) {
    ImageSize size = new ImageSize(image.getHeight(), image.getWidth());
    float[] values = new float[RgbImage.CHANNELS * size.height() * size.width()];
    Raster raster = image.getRaster();
    int bits = DataBuffer.getDataTypeSize(raster.getTransferType());
    int next = 0;
    // Java's own conversion of gray assumes linear light; plain samples are read as they are.
    boolean plainGray =
        raster.getNumBands() <= 2 && !(image.getColorModel() instanceof IndexColorModel);
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        if (plainGray) {
          int maximum = (1 << image.getColorModel().getComponentSize(0)) - 1;
          int sample = raster.getSample(x, y, 0);
          float gray = (bits > 8 ? sample >>> 8 : sample * 255 / maximum) / 255f;
          values[next++] = gray;
          values[next++] = gray;
          values[next++] = gray;
        } else {
          int rgb = image.getRGB(x, y);
          values[next++] = (rgb >> 16 & 0xff) / 255f;
          values[next++] = (rgb >> 8 & 0xff) / 255f;
          values[next++] = (rgb & 0xff) / 255f;
        }
      }
    }
    return new RgbImage(size, values);
  }

  /**
   * Writes a PNG with text entries, whole or not at all; an existing file is replaced.
   *
   * @param text keyword (1 to 79 Latin-1 characters) to text; written as {@code tEXt}, or {@code
   *     iTXt} in UTF-8 where Latin-1 does not do
   * @throws DoptException (IO) when it cannot be written
   */
  public static void writePng(RgbImage image, Map<String, String> text, Path file) {
    byte[] png = toPng(image, text);
    WholeFile.write(file, png.length, sink -> sink.accept(ByteBuffer.wrap(png)));
  }

  /**
   * The bytes of a PNG file.
   *
   * @param text as in {@link #writePng}
   */
  public static byte[] toPng(RgbImage image, Map<String, String> text) {
    BufferedImage pixels =
        new BufferedImage(image.size().width(), image.size().height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0, next = 0; y < pixels.getHeight(); y++) {
      for (int x = 0; x < pixels.getWidth(); x++) {
        int rgb = image.byteAt(next++) << 16 | image.byteAt(next++) << 8 | image.byteAt(next++);
        pixels.setRGB(x, y, rgb);
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(pixels), null);
      IIOMetadataNode root = new IIOMetadataNode(PNG_METADATA);
      text.forEach((keyword, value) -> root.appendChild(textNode(keyword, value)));
      metadata.mergeTree(PNG_METADATA, root);
      writer.setOutput(out);
      writer.write(new IIOImage(pixels, null, metadata));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static IIOMetadataNode textNode(String keyword, String text) {
    boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
    IIOMetadataNode entry = new IIOMetadataNode(latin ? "tEXtEntry" : "iTXtEntry");
    entry.setAttribute("keyword", keyword);
    if (latin) {
      entry.setAttribute("value", text);
    } else {
      entry.setAttribute("compressionFlag", "FALSE");
      entry.setAttribute("compressionMethod", "0");
      entry.setAttribute("languageTag", "");
      entry.setAttribute("translatedKeyword", "");
      entry.setAttribute("text", text);
    }
    IIOMetadataNode group = new IIOMetadataNode(latin ? "tEXt" : "iTXt");
    group.appendChild(entry);
    return group;
  }
}
