package dev.sanaq.sana.provenance;

import dev.sanaq.sana.GenerationParams;

/**
 * Says in a file that a model made its image: an XMP packet with IPTC's {@code DigitalSourceType}
 * (<a href="http://cv.iptc.org/newscodes/digitalsourcetype/">vocabulary</a>), the model as {@code
 * AISystemUsed} (IPTC Photo Metadata 2025.1) and this software as {@code xmp:CreatorTool}. The same
 * image has the same packet: it holds no time and no version.
 */
public final class Provenance {
  /** The name of this software in files. */
  static final String SOFTWARE = "sanaq";

  private static final String VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/";

  /** Made from a prompt, or along a control image, of which no pixel is left. */
  private static final String GENERATED = "trainedAlgorithmicMedia";

  /**
   * Made from an image, which may be a photograph: image to image and inpainting. IPTC introduced
   * <a href="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia">
   * this term</a> for what a generative model makes by inpainting or outpainting; the term above
   * would deny the source.
   */
  private static final String EDITED = "compositeWithTrainedAlgorithmicMedia";

  private static final String PACKET =
      """
      <?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about=""
          xmlns:xmp="http://ns.adobe.com/xap/1.0/"
          xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
          xmp:CreatorTool="%s"
          Iptc4xmpExt:DigitalSourceType="%s"
          Iptc4xmpExt:AISystemUsed="%s"/>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="r"?>""";

  private Provenance() {}

  /**
   * The XMP packet of an image.
   *
   * @param model the model's name
   */
  public static String xmp(GenerationParams params, String model) {
    return PACKET.formatted(SOFTWARE, digitalSourceType(params), attribute(model));
  }

  /** The URI of IPTC's digital source type of an image. */
  static String digitalSourceType(GenerationParams params) {
    return VOCABULARY + (params.conditioning().source().isPresent() ? EDITED : GENERATED);
  }

  /** The text as the value of an XML attribute; characters that XML does not allow are left out. */
  private static String attribute(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .filter(Provenance::isXml)
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  private static boolean isXml(int c) {
    return c >= ' ' && (c < Character.MIN_SURROGATE || c > 0xffff || c >= 0xe000 && c <= 0xfffd);
  }
}
