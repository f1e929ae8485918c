import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.Cast;
import io.trino.sql.tree.DefaultTraversalVisitor;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.Node;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Parses SQL files as Trino does. A line for each thing that was found, with tabs between: file, line and column from 1,
 * {@code error}, {@code function} or {@code type}, and the message or the name.
 */
public final class Syntax {
  public static void main(String[] files) throws Exception {
    var parser = new SqlParser();
    for (String file : files) {
      try {
        say(file, parser.createStatement(Files.readString(Path.of(file))));
      } catch (ParsingException e) {
        say(file, e.getLineNumber(), e.getColumnNumber(), "error", e.getErrorMessage());
      }
    }
  }

  private static void say(String file, Node statement) {
    new DefaultTraversalVisitor<Void>() {
      @Override
      protected Void visitFunctionCall(FunctionCall node, Void context) {
        say(file, node, "function", node.getName().toString());
        return super.visitFunctionCall(node, context);
      }

      @Override
      protected Void visitCast(Cast node, Void context) {
        say(file, node, "type", node.getType().toString());
        return super.visitCast(node, context);
      }
    }.process(statement);
  }

  private static void say(String file, Node node, String kind, String text) {
    var at = node.getLocation().orElseThrow();
    say(file, at.getLineNumber(), at.getColumnNumber(), kind, text);
  }

  private static void say(String file, int line, int column, String kind, String text) {
    System.out.println(String.join("\t", file, "" + line, "" + column, kind, text.replaceAll("\\s+", " ")));
  }
}
