// Sentences as the bank writes them: what stands between `backticks` is code.

import { html } from "../../views/page/dom.js";

// The nodes of `text`: plain text, and code elements for what is quoted.
export function prose(text) {
  return text
    .split("`")
    .map((part, place) => (place % 2 ? html("code", {}, part) : part))
    .filter((part) => part !== "");
}
