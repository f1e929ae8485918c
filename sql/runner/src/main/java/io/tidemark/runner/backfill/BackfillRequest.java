package io.tidemark.runner.backfill;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;

/** Which days are computed again, and from what. */
public final class BackfillRequest {
  public Days days;
  /** Whether raw records are read, as if each had come in time; otherwise the trades that counted, as they counted. */
  public boolean raw;
  public boolean dryRun;
  /** Whether rows are sent again that are as they were. */
  public boolean resend;
  /** Names the staging tables: letters, digits and underscores. */
  public String id;
  /** What the snapshots say of whose SQL it was. */
  public String sql = "";

  /**
   * Of properties: {@code from}, {@code to} (days), {@code layer} (bronze or silver), {@code dryRun}, {@code resend}
   * (true or false), {@code id}, {@code sql}. Throws where one is missing or wrong.
   */
  public static BackfillRequest of(Map<String, String> properties) {
    BackfillRequest request = new BackfillRequest();
    request.days = new Days(day(properties, "from"), day(properties, "to"));
    String layer = properties.getOrDefault("layer", "bronze");
    if (!layer.equals("bronze") && !layer.equals("silver")) {
      throw new IllegalArgumentException("layer is " + layer + "; it can be bronze or silver");
    }
    request.raw = layer.equals("bronze");
    request.dryRun = Boolean.parseBoolean(properties.get("dryRun"));
    request.resend = Boolean.parseBoolean(properties.get("resend"));
    request.id = properties.getOrDefault("id", "").replaceAll("[^A-Za-z0-9]", "_").toLowerCase(Locale.ROOT);
    request.sql = properties.getOrDefault("sql", "");
    return request;
  }

  private static LocalDate day(Map<String, String> properties, String name) {
    try {
      return LocalDate.parse(properties.getOrDefault(name, ""));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          name + " is " + properties.get(name) + ": a backfill needs a day such as 2013-10-07", e);
    }
  }
}
