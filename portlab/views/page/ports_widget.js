// The port map as `port_map()` shows it.

import { fill, html } from "./dom.js";
import { readPorts } from "./ports_data.js";
import { PortsMap } from "./ports_map.js";

function renderPorts({ model, el }) {
  let map = null;
  let ended = false;
  el.classList.add("portlab");
  fill(el, html("p", { class: "portlab-faint" }, "The map is being drawn ..."));
  readPorts(model.get("ports")).then((data) => {
    if (ended) return;
    map = new PortsMap(data);
    fill(el, map.node);
  });
  return () => {
    ended = true;
    map?.end();
    fill(el);
  };
}

export default { render: renderPorts };
