package io.dopt.tensorrt.build;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** A process that goes wrong in the way it is told to. */
final class MisbehavingBuild {
  private MisbehavingBuild() {}

  public static void main(String[] arguments) throws InterruptedException {
    say(BuildMessage.log("warning", "about to " + arguments[0]));
    switch (arguments[0]) {
      case "sleep" -> Thread.sleep(600_000);
      case "allocate" -> allocate();
      case "abort" -> Function.getFunction("c", "abort").invokeVoid(new Object[0]);
      case "segfault" ->
          Function.getFunction("c", "strlen").invokeInt(new Object[] {new Pointer(8)});
      case "exit" -> Runtime.getRuntime().halt(3);
      case "refuse" -> say(BuildMessage.failure(ErrorCode.UNSUPPORTED, "the node 'x' is odd."));
      case "flood" -> {
        say(BuildMessage.progress("half way"));
        for (int line = 0; line < 10_000; line++) {
          say(BuildMessage.log("info", "more than a pipe holds"));
        }
        say(BuildMessage.done());
      }
      case "chatter" -> {
        System.out.println("[native] not JSON");
        say(BuildMessage.progress("half way"));
        say(BuildMessage.done());
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void say(BuildMessage message) {
    System.out.println(message.toLine());
  }

  private static void allocate() throws InterruptedException {
    List<long[]> held = new ArrayList<>();
    for (int piece = 0; piece < 32; piece++) {
      held.add(new long[1 << 20]);
    }
    Thread.sleep(600_000L + held.size());
  }
}
