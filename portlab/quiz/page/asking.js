// What a question asks of Python: one thing at a time, and whatever goes wrong is said.

import { askPython } from "../../views/page/talk.js";

// `say` shows a sentence. Returns a function that sends a message, unless one is on its way.
export function oneAtATime(model, signal, say) {
  let busy = false;
  const ask = askPython(model, signal, {
    slow: () => say("Python has not answered yet. If it is busy, wait a little. If it was restarted, run this cell again."),
    answered: () => {},
  });
  return async (message) => {
    if (busy) return;
    busy = true;
    try {
      await ask(message);
    } catch (problem) {
      say(problem.message);
    }
    busy = false;
  };
}
