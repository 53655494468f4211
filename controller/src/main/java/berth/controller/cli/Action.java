package berth.controller.cli;

import java.io.IOException;

/** What a command of the command line does. */
@FunctionalInterface
interface Action {
  /** Runs it and answers the exit status. */
  int run(Invocation invocation) throws IOException, InterruptedException;
}
