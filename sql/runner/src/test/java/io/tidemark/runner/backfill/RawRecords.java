package io.tidemark.runner.backfill;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/** The records of trades as the stream had them, as columns of lake.raw_trades and lake.rejects. */
final class RawRecords {
  private static final List<String> TEXTS = List.of("trade_id", "symbol", "source");
  private static final List<String> NUMBERS = List.of("price", "size", "sequence", "previous_close");

  private RawRecords() {}

  static List<Map<String, Object>> of(List<Map<String, Object>> trades) {
    List<Map<String, Object>> records = new ArrayList<>();
    trades.forEach(trade -> records.add(record(trade, Long.parseLong((String) trade.get("sequence_number")), 0)));
    return records;
  }

  /** Of every fifth trade a copy that came later and has another price. */
  static List<Map<String, Object>> copiesOf(List<Map<String, Object>> trades) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (int i = 0; i < trades.size(); i += 5) {
      records.add(record(trades.get(i), 50_000_000 + i, 1));
    }
    return records;
  }

  private static Map<String, Object> record(Map<String, Object> trade, long sequence, double dearer) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    TEXTS.forEach(name -> json.put(name, (String) trade.get(name)));
    json.put("event_time", ((OffsetDateTime) trade.get("event_time")).toInstant().toString());
    for (String name : NUMBERS) {
      if (trade.get(name) instanceof Long) {
        json.put(name, (Long) trade.get(name));
      } else if (trade.get(name) != null) {
        json.put(name, (Double) trade.get(name) + (name.equals("price") ? dearer : 0));
      }
    }
    Map<String, Object> record =
        record(json.toString(), sequence, (String) trade.get("symbol"), (LocalDate) trade.get("day"));
    record.put("arrived_at", trade.get("arrived_at"));
    return record;
  }

  static Map<String, Object> record(String payload, long sequence, String symbol, LocalDate day) {
    Map<String, Object> record = new HashMap<>();
    record.put("stream", "trades");
    record.put("shard_id", "shardId-000000000000");
    record.put("sequence_number", String.valueOf(sequence));
    record.put("sub_sequence_number", 0L);
    record.put("arrived_at", RandomTrades.time(day.toEpochDay() * 86_400_000L));
    record.put("symbol", symbol);
    record.put("payload", payload);
    record.put("day", day);
    return record;
  }

  static List<Map<String, Object>> rejected(String reason, List<Map<String, Object>> trades) {
    List<Map<String, Object>> rejects = new ArrayList<>();
    trades.forEach(trade -> {
      Map<String, Object> reject = new HashMap<>();
      reject.put("reason", reason);
      reject.put("payload", "{}");
      reject.put("detail", "as a test has it");
      for (String name : List.of("shard_id", "sequence_number", "sub_sequence_number", "arrived_at", "day")) {
        reject.put(name, trade.get(name));
      }
      rejects.add(reject);
    });
    return rejects;
  }
}
