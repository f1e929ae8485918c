package io.tidemark.runner.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Small files one after the other, each read in one go while those before it are still at work: opened one by one they take
 * four requests each, and S3 answers none of them at once.
 */
final class ReadAhead {
  /** How many files are in memory, or on their way. */
  private static final int FILES = 16;

  /** Larger files are read as usual. */
  private static final long SMALL_BYTES = 8 << 20;

  private final FileIO io;
  private final ExecutorService threads;
  private final Iterator<FileScanTask> coming;
  private final Queue<Future<FileIO>> ahead = new ArrayDeque<>();

  ReadAhead(FileIO io, Collection<FileScanTask> tasks, ExecutorService threads) {
    this.io = io;
    this.threads = threads;
    this.coming = tasks.iterator();
  }

  /** Where the file of the next task is read from, in the order of the tasks. */
  FileIO next() throws IOException {
    while (coming.hasNext() && ahead.size() < FILES) {
      DataFile file = coming.next().file();
      ahead.add(threads.submit(() -> file.fileSizeInBytes() > SMALL_BYTES ? io : new Kept(io, read(file))));
    }
    try {
      return ahead.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private InputFile read(DataFile file) {
    try (SeekableInputStream stream = io.newInputFile(file).newStream()) {
      return new InMemoryInputFile(file.location(), stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file.location(), e);
    }
  }

  /** One file in memory, all others where they are. */
  private static final class Kept implements FileIO {
    private final FileIO others;
    private final InputFile file;

    Kept(FileIO others, InputFile file) {
      this.others = others;
      this.file = file;
    }

    @Override
    public InputFile newInputFile(String path) {
      return path.equals(file.location()) ? file : others.newInputFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      return others.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
      others.deleteFile(path);
    }
  }
}
