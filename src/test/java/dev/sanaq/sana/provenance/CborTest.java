package dev.sanaq.sana.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CBOR's encoding; the numbers and most other values are of RFC 8949, appendix A. */
class CborTest {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "23, 17",
    "24, 1818",
    "100, 1864",
    "255, 18ff",
    "256, 190100",
    "1000, 1903e8",
    "65535, 19ffff",
    "65536, 1a00010000",
    "1000000, 1a000f4240",
    "-1, 20",
    "-10, 29",
    "-100, 3863",
    "-1000, 3903e7",
  })
  void number_hasTheShortestHead(int number, String expected) {
    assertThat(hex(number)).isEqualTo(expected);
  }

  @Test
  void values_areEncodedInside() {
    assertThat(hex("ü水")).isEqualTo("65c3bce6b0b4");
    assertThat(hex(new byte[] {1, 2, 3, 4})).isEqualTo("4401020304");
    assertThat(hex(List.of(1, List.of(2, 3)))).isEqualTo("8201820203");
    assertThat(hex(new Cbor.Tagged(32, "a"))).isEqualTo("d8206161");
    assertThat(hex(Cbor.NULL)).isEqualTo("f6");
    assertThatThrownBy(() -> Cbor.encode(List.of(1.5))).hasMessageContaining("Double");
  }

  /** RFC 8949, 4.2.1. */
  @Test
  void keysOfMap_areInTheOrderOfTheirEncoding() {
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put("aa", 1);
    map.put(-1, 2);
    map.put("z", 3);
    map.put(100, 4);
    map.put(10, 5);
    assertThat(hex(map)).isEqualTo("a50a051864042002617a0362616101");
  }

  private static String hex(Object value) {
    return HexFormat.of().formatHex(Cbor.encode(value));
  }
}
