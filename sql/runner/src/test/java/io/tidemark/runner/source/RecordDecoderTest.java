package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordDecoderTest {
  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("symbol", DataTypes.STRING()),
                  DataTypes.FIELD("event_time", DataTypes.TIMESTAMP_LTZ(3)),
                  DataTypes.FIELD("price", DataTypes.DOUBLE()),
                  DataTypes.FIELD("size", DataTypes.BIGINT()),
                  DataTypes.FIELD("source", DataTypes.STRING()),
                  DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
                  DataTypes.FIELD("small", DataTypes.INT()),
                  DataTypes.FIELD("amount", DataTypes.DECIMAL(10, 2)),
                  DataTypes.FIELD("day", DataTypes.DATE()),
                  DataTypes.FIELD("tags", DataTypes.ARRAY(DataTypes.STRING())))
              .getLogicalType();

  private static final int PAYLOAD = 10;
  private static final int ERROR = 11;
  private static final int UNDECODABLE = 17;
  private RecordDecoder decoder;

  @BeforeEach
  void open() throws Exception {
    decoder = InstantiationUtil.clone(new RecordDecoder(TYPE, List.of(Metadata.values()), null)); // as the connector does
    decoder.open(null);
  }

  private RowData decode(byte[] data) {
    return decoder.deserialize(data, "key", "4711", 1_381_152_600_123L, "trades", "shardId-000000000001");
  }

  private RowData decode(String text) {
    return decode(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Object value(RowData row, int field) {
    return RowData.createFieldGetter(TYPE.getTypeAt(field), field).getFieldOrNull(row);
  }

  private static String text(RowData row, int field) {
    return row.isNullAt(field) ? null : row.getString(field).toString();
  }

  private static void assertReadable(RowData row) {
    assertNull(text(row, ERROR));
  }

  @Test
  void aTradeIsRead() {
    RowData row =
        decode(
            "{\"symbol\":\"SPY\",\"event_time\":\"2013-10-07T13:30:00.123Z\",\"price\":168.5,\"size\":100,\"source\":\"replay\","
                + "\"flag\":true,\"small\":-3,\"amount\":12.345,\"day\":\"2013-10-07\",\"tags\":[\"a\",\"b\"],\"unknown\":{\"x\":[1]}}");
    assertReadable(row);
    assertEquals("SPY", text(row, 0));
    assertEquals(1_381_152_600_123L, row.getTimestamp(1, 3).getMillisecond());
    assertEquals(168.5, row.getDouble(2));
    assertEquals(100, row.getLong(3));
    assertEquals(true, row.getBoolean(5));
    assertEquals(-3, row.getInt(6));
    assertEquals(new BigDecimal("12.35"), row.getDecimal(7, 10, 2).toBigDecimal());
    assertEquals(15_985, row.getInt(8));
    assertEquals("b", row.getArray(9).getString(1).toString());
  }

  @Test
  void theMetadataOfARecordIsThere() {
    RowData row = decode("{}");
    decoder.setSubSequenceNumber(row, 7);
    assertEquals("{}", text(row, PAYLOAD));
    assertReadable(row);
    assertEquals("trades", text(row, 12));
    assertEquals("shardId-000000000001", text(row, 13));
    assertEquals("4711", text(row, 14));
    assertEquals(7, row.getLong(15));
    assertEquals(TimestampData.fromEpochMillis(1_381_152_600_123L), row.getTimestamp(16, 3));
    assertEquals(18, row.getArity());
  }

  @Test
  void missingFieldsAndNullsAreNullWithoutAnError() {
    RowData row = decode("{\"symbol\":null}");
    assertReadable(row);
    for (int field = 0; field < PAYLOAD; field++) {
      assertTrue(row.isNullAt(field));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "not json", "[]", "null", "1", "\"text\"", "true", "{", "{\"symbol\":\"SPY\"", "{\"symbol\":\"SP", "{} {}", "{}x", "{}]",
        "{\"symbol\":\"A\",\"symbol\":\"B\"}", "{\"unknown\":{\"a\":1,\"a\":2}}", "{\"price\":NaN}", "{\"price\":01}", "{\"price\":.5}",
        "{\"price\":+1}", "{\"price\":1.}", "{'symbol':'SPY'}", "{symbol:\"SPY\"}", "{\"symbol\":\"SPY\",}", "{\"symbol\":\"a\tb\"}",
        "/* */{}", "{}// x", "\uFEFF{}"
      })
  void whatIsNotOneJsonObjectIsAllNull(String payload) {
    RowData row = decode(payload);
    assertNotNull(text(row, ERROR), payload);
    assertEquals(payload, text(row, PAYLOAD));
    for (int field = 0; field < PAYLOAD; field++) {
      assertTrue(row.isNullAt(field));
    }
  }

  @Test
  void bytesThatAreNotUtf8AreAnErrorAndKept() {
    byte[] latin = "{\"symbol\":\"M\u00fcnchen\"}".getBytes(StandardCharsets.ISO_8859_1);
    RowData row = decode(latin);
    assertEquals("the record is not valid UTF-8", text(row, ERROR));
    assertEquals("{\"symbol\":\"M\ufffdnchen\"}", text(row, PAYLOAD));
    assertArrayEquals(latin, row.getBinary(UNDECODABLE));
    assertNotNull(text(decode("{\"symbol\":\"SPY\"}".getBytes(StandardCharsets.UTF_16)), ERROR));
    assertNotNull(text(decode(new byte[] {(byte) 0xC0, (byte) 0x80}), ERROR));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[1]", "{\"symbol\":", "{\"symbol\":\"M\u00fcnchen \uD83D\uDE80\"}", "{\"price\":\"the record is not valid UTF-8\"}"})
  void theBytesOfTextAreNotKeptTwice(String payload) {
    RowData row = decode(payload);
    assertTrue(row.isNullAt(UNDECODABLE));
    assertArrayEquals(payload.getBytes(StandardCharsets.UTF_8), row.getString(PAYLOAD).toBytes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "price | \"abc\"", "price | true", "price | \"NaN\"", "price | \"Infinity\"", "price | \"1f\"", "price | \"0x10\"", "price | \"\"",
        "price | {}", "price | [1]", "price | \" 1\"",
        "size | 1.5", "size | \"1.5\"", "size | \"abc\"", "size | 1e2", "size | 9223372036854775808", "size | true", "size | []",
        "small | 2147483648", "small | -2147483649", "flag | \"yes\"", "flag | 1", "flag | \"true\"",
        "amount | 123456789.00", "amount | 1e999999999", "amount | \"x\"",
        "symbol | {\"a\":1}", "symbol | [\"SPY\"]",
        "event_time | 1381152600123", "event_time | \"2013-10-07\"", "event_time | \"2013-10-07 13:30:00Z\"",
        "event_time | \"2013-10-07T13:30:00.000\"", "event_time | \"2013-10-07T13:30:00+02:00\"", "event_time | \"2013-02-30T00:00:00Z\"",
        "event_time | \"2013-10-07T24:00:00Z\"", "event_time | \"2013-10-07T13:30:60Z\"", "event_time | \"+999999999-12-31T23:59:59Z\"",
        "event_time | \"2013-10-07T13:30:00.0000000001Z\"", "event_time | true", "event_time | {}",
        "day | \"2013-13-01\"", "day | 5", "tags | \"a\"", "tags | 1"
      })
  void aFieldThatIsNotOfItsTypeIsNullAndNamed(String field, String json) {
    RowData row = decode("{\"source\":\"replay\",\"" + field + "\":" + json + "}");
    assertTrue(row.isNullAt(TYPE.getFieldIndex(field)));
    String error = text(row, ERROR);
    assertNotNull(error);
    assertTrue(error.startsWith(field + ": "), error);
    assertTrue(error.contains(json.startsWith("{") ? "an object" : json.startsWith("[") ? "an array" : json), error);
    assertEquals("replay", text(row, 4), "what could be read is kept");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "price | 1 | 1.0", "price | \"1.5\" | 1.5", "price | -0.0 | -0.0", "price | 1e400 | Infinity", "price | 1e-400 | 0.0",
        "size | 100.0 | 100", "size | \"100\" | 100", "size | -9223372036854775808 | -9223372036854775808",
        "symbol | 5 | 5", "symbol | 1.10 | 1.10", "symbol | true | true", "amount | 1e-999999999 | 0.00", "amount | \"1.005\" | 1.01",
        "event_time | \"2013-10-07T13:30:00Z\" | 2013-10-07T13:30", "event_time | \"2013-10-07T13:30:00.1239Z\" | 2013-10-07T13:30:00.123",
        "event_time | \"2099-01-01T00:00:00.000Z\" | 2099-01-01T00:00"
      })
  void aFieldIsReadAs(String field, String json, String expected) {
    RowData row = decode("{\"" + field + "\":" + json + "}");
    assertReadable(row);
    Object value = value(row, TYPE.getFieldIndex(field));
    assertEquals(expected, value instanceof DecimalData ? ((DecimalData) value).toBigDecimal().toPlainString() : value.toString());
  }

  @Test
  void everyBrokenFieldIsNamed() {
    String error = text(decode("{\"price\":\"a\",\"size\":1.5}"), ERROR);
    assertEquals("price: \"a\" is not readable as DOUBLE (not a number); size: 1.5 is not readable as BIGINT (not a whole number)", error);
  }

  @Test
  void errorsAreCutToASaneLength() {
    String longText = "x".repeat(100_000);
    assertTrue(text(decode("{\"price\":\"" + longText + "\"}"), ERROR).length() < 200);
    assertTrue(text(decode(longText), ERROR).length() <= 501);
    assertTrue(text(decode("[\"" + longText + "\"]"), ERROR).length() <= 501);
  }

  @Test
  void deepNestingIsNoOverflow() {
    int depth = 200_000;
    String deep = "[".repeat(depth) + "]".repeat(depth);
    assertReadable(decode("{\"unknown\":" + deep + ",\"symbol\":\"SPY\"}"));
    assertNotNull(text(decode("{\"symbol\":" + deep + "}"), ERROR));
    assertNotNull(decode("{\"tags\":" + deep + "}"));
    assertNotNull(text(decode(deep), ERROR));
    assertNotNull(text(decode("{\"a\":".repeat(depth)), ERROR));
  }

  @Test
  void aClockIsAReadableRecordWhoseSourceIsClock() {
    decode("{\"source\":\"clock\",\"event_time\":\"2013-10-07T13:30:00.000Z\"}");
    assertTrue(decoder.lastWasClock());
    decode("{\"source\":\"replay\"}");
    assertFalse(decoder.lastWasClock());
    decode("{\"source\":\"clock\",\"event_time\":\"soon\"}");
    assertFalse(decoder.lastWasClock());
    decode("clock");
    assertFalse(decoder.lastWasClock());
  }

  @Test
  void aTableWithoutASourceColumnHasNoClocks() {
    RowType bare = (RowType) DataTypes.ROW(DataTypes.FIELD("price", DataTypes.DOUBLE())).getLogicalType();
    RecordDecoder plain = new RecordDecoder(bare, List.of(), null);
    plain.open(null);
    RowData row = plain.deserialize("{\"source\":\"clock\",\"price\":1}".getBytes(StandardCharsets.UTF_8), "k", "1", 0, "s", "i");
    assertFalse(plain.lastWasClock());
    assertEquals(1, row.getArity());
  }
}
