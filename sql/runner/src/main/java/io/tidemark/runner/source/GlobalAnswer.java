package io.tidemark.runner.source;

import java.io.Serializable;

/** What {@link GlobalWatermark} answers to a report. */
final class GlobalAnswer implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A report counts only if it was made in the current epoch: on a change the subtask reports again. */
  final int epoch;
  /** Grows by one with each report of any subtask. */
  final long number;
  /** The job's watermark, epoch milliseconds; {@link GlobalWatermark#NONE} while there is none. */
  final long watermark;

  GlobalAnswer(int epoch, long number, long watermark) {
    this.epoch = epoch;
    this.number = number;
    this.watermark = watermark;
  }
}
