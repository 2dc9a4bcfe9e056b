// Questions to Python and their answers.

const GONE = "The kernel was restarted, or it has ended. Choose Run > Run All Above Selected Cell, and then "
  + "run this cell again.";
const SLOW_AFTER = 8000; // milliseconds until the page says that Python is slow to answer

// `ask({do, ...})` promises {content, buffers}, or fails with Python's sentence. `slow()` is called
// when an answer takes long, `answered()` when it has come.
export function askPython(model, signal, { slow, answered }) {
  const waiting = new Map();
  const prefix = Math.random().toString(36).slice(2, 8);
  let count = 0;

  function hear(content, buffers) {
    const asked = waiting.get(content?.answer);
    if (!asked) return;
    waiting.delete(content.answer);
    clearTimeout(asked.timer);
    if (waiting.size === 0) answered();
    if (content.problem) asked.fail(new Error(content.problem));
    else asked.done({ content, buffers });
  }

  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    for (const { timer } of waiting.values()) clearTimeout(timer);
    waiting.clear();
  });

  return (question) => new Promise((done, fail) => {
    count += 1;
    const ask = `${prefix}-${count}`;
    waiting.set(ask, { done, fail, timer: setTimeout(slow, SLOW_AFTER) });
    try {
      model.send({ ...question, ask });
    } catch {
      clearTimeout(waiting.get(ask).timer);
      waiting.delete(ask);
      fail(new Error(GONE));
    }
  });
}
