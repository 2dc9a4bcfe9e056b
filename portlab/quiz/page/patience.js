// Waiting for Python: it answers at once, unless it is busy or gone, and then the page says so.

const PATIENCE = 4000; // milliseconds

// `say` shows a sentence. Returns {ask, asked, answered}.
export function patience(say) {
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  return {
    ask() {
      timer = setTimeout(() => {
        stop();
        say("Python has not answered yet. It may be busy: wait a little. If it was restarted, run this cell again.");
      }, PATIENCE);
    },
    asked: () => timer !== null,
    answered: stop,
  };
}
