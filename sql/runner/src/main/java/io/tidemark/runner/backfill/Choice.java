package io.tidemark.runner.backfill;

import java.io.Serializable;

/** Which valid trades are read. */
final class Choice implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int firstDay;
  private final int lastDay;
  private final boolean within;
  private final Surroundings surroundings;

  /** @param within whether those of the days themselves are, which otherwise are read as they came */
  Choice(Days range, boolean within, Surroundings surroundings) {
    this.firstDay = (int) range.from.toEpochDay();
    this.lastDay = (int) range.to.toEpochDay();
    this.within = within;
    this.surroundings = surroundings;
  }

  boolean takes(String symbol, long time) {
    int day = Days.dayOf(time);
    return day >= firstDay && day <= lastDay ? within : surroundings.reads(symbol, day);
  }
}
