// Whether the insides of hosts are shown. Who hides them in one ladder wants them hidden in the next
// one too: each ladder is a module of its own, so the choice is kept with the page.

const INSIDES_KEY = "portlab-insides";

export function insidesWanted() {
  try {
    return sessionStorage.getItem(INSIDES_KEY) !== "hidden";
  } catch {
    return true; // the browser keeps nothing for this page
  }
}

export function wantInsides(shown) {
  try {
    sessionStorage.setItem(INSIDES_KEY, shown ? "shown" : "hidden");
  } catch {
    // The choice holds for this ladder alone.
  }
}
