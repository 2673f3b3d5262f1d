package dev.sanaq.sana.provenance;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static org.assertj.core.api.Assertions.assertThat;

import com.adobe.internal.xmp.XMPException;
import com.adobe.internal.xmp.XMPMeta;
import com.adobe.internal.xmp.XMPMetaFactory;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** XMP packets, read by Adobe's library. */
class ProvenanceTest {
  private static final String IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
  private static final String VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/";
  private static final RgbImage IMAGE = new RgbImage(1, 1, new byte[3]);

  @Test
  void packet_namesSourceTypeModelAndSoftware() throws XMPException {
    XMPMeta xmp = read(Provenance.xmp(fox(7), "sanaq-emoji"));
    assertThat(xmp.getPropertyString(IPTC, "DigitalSourceType"))
        .isEqualTo(VOCABULARY + "trainedAlgorithmicMedia");
    assertThat(xmp.getPropertyString(IPTC, "AISystemUsed")).isEqualTo("sanaq-emoji");
    assertThat(xmp.getPropertyString("http://ns.adobe.com/xap/1.0/", "CreatorTool"))
        .isEqualTo("sanaq");
    assertThat(Provenance.xmp(fox(7), "m")).isEqualTo(Provenance.xmp(fox(7), "m"));
  }

  @Test
  void imageFromAnImage_isAComposite() throws XMPException {
    SourceImage source = new SourceImage(IMAGE, Optional.empty(), 0.6, true);
    XMPMeta xmp =
        read(Provenance.xmp(fox(7).withConditioning(Conditioning.NONE.withSource(source)), "m"));
    assertThat(xmp.getPropertyString(IPTC, "DigitalSourceType"))
        .isEqualTo(VOCABULARY + "compositeWithTrainedAlgorithmicMedia");
  }

  @Test
  void imageAlongAControlImage_isGenerated() throws XMPException {
    ControlImage control = new ControlImage("", IMAGE, 1, new GuidanceInterval(0, 1));
    XMPMeta xmp =
        read(Provenance.xmp(fox(7).withConditioning(Conditioning.NONE.withControl(control)), "m"));
    assertThat(xmp.getPropertyString(IPTC, "DigitalSourceType"))
        .isEqualTo(VOCABULARY + "trainedAlgorithmicMedia");
  }

  @Test
  void anyModelName_isKept_butForWhatXmlCannotHave() throws XMPException {
    String packet = Provenance.xmp(fox(7), "a<\"&'>%s\u0000\ud800\t木😀");
    assertThat(read(packet).getPropertyString(IPTC, "AISystemUsed")).isEqualTo("a<\"&'>%s木😀");
  }

  private static XMPMeta read(String packet) throws XMPException {
    return XMPMetaFactory.parseFromString(packet);
  }
}
