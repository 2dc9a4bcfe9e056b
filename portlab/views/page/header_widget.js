// The headers alone, as `header(packet)` shows them: one packet, or two beside each other.

import { fill } from "./dom.js";
import { headerView } from "./header.js";

function renderHeaders({ model, el }) {
  el.classList.add("portlab", "portlab-headers");
  fill(el, model.get("headers").map((data) => headerView(data)));
}

export default { render: renderHeaders };
