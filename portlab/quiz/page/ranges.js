// The port-range quiz: a session, and beneath each answer the port map with its numbers on it.

import { fill, html } from "../../views/page/dom.js";
import { readPorts } from "../../views/page/ports_data.js";
import { PortsMap } from "../../views/page/ports_map.js";
import { renderQuestions } from "./sitting.js";

function renderRanges({ model, el }) {
  const node = html("div", { class: "portlab-on-the-map" });
  let data = null; // until the numbers are read
  let laid = null; // until a question is answered
  let map = null;

  function draw() {
    map?.end();
    map = data && laid && new PortsMap(data.withLaid(laid), { small: true });
    fill(node, map?.node);
  }

  const end = renderQuestions({ model, el }, {
    node,
    show: (shown) => {
      laid = shown?.laid ?? null;
      draw();
    },
  });
  readPorts(model.get("ports")).then((read) => {
    data = read;
    draw();
  });
  return () => {
    laid = null;
    draw();
    end();
  };
}

export default { render: renderRanges };
