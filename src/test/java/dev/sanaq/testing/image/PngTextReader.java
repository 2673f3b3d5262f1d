package dev.sanaq.testing.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.w3c.dom.NodeList;

/** Reads the text chunks of PNG files with the JDK, independently of the program's code. */
public final class PngTextReader {
  private PngTextReader() {}

  /** Returns the texts by keyword. */
  public static Map<String, String> read(byte[] png) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
      reader.setInput(in);
      IIOMetadataNode root =
          (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
      Map<String, String> texts = new TreeMap<>();
      collect(root.getElementsByTagName("tEXtEntry"), "value", texts);
      collect(root.getElementsByTagName("iTXtEntry"), "text", texts);
      return texts;
    } finally {
      reader.dispose();
    }
  }

  private static void collect(NodeList entries, String text, Map<String, String> texts) {
    for (int i = 0; i < entries.getLength(); i++) {
      IIOMetadataNode entry = (IIOMetadataNode) entries.item(i);
      texts.put(entry.getAttribute("keyword"), entry.getAttribute(text));
    }
  }
}
