package io.tidemark.runner.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.io.CloseableIterable;

/** What a table is made of at one snapshot. */
final class Figures {
  int files;
  int partitions;
  int mostFilesInPartition;
  long bytes;

  /** Those that delete files hide are counted as well; the job writes none. */
  long rows;

  int snapshots;
  int manifests;

  /** The size of the table's metadata file, which each commit writes anew. */
  long metadataBytes;

  private Figures() {}

  /** Those of the newest snapshot. */
  static Figures of(Table table) {
    table.refresh();
    Figures figures = new Figures();
    figures.metadataBytes = table.io().newInputFile(TableUtil.metadataFileLocation(table)).getLength();
    for (Snapshot ignored : table.snapshots()) {
      figures.snapshots++;
    }
    Snapshot snapshot = table.currentSnapshot();
    if (snapshot != null) {
      figures.manifests = snapshot.allManifests(table.io()).size();
      figures.addFiles(table, snapshot);
    }
    return figures;
  }

  private void addFiles(Table table, Snapshot snapshot) {
    Map<String, Integer> inPartition = new HashMap<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        DataFile file = task.file();
        files++;
        bytes += file.fileSizeInBytes();
        rows += file.recordCount();
        inPartition.merge(task.spec().partitionToPath(file.partition()), 1, Integer::sum);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    partitions = inPartition.size();
    mostFilesInPartition = inPartition.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  void write(ObjectNode json) {
    json.put("files", files).put("partitions", partitions).put("mostFilesInPartition", mostFilesInPartition);
    json.put("bytes", bytes).put("rows", rows);
    json.put("snapshots", snapshots).put("manifests", manifests).put("metadataBytes", metadataBytes);
  }
}
