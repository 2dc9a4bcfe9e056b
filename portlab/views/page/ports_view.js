// What part of the port map is seen, and how large: plain numbers, no page.

import { PORTS_SIDE } from "./ports_data.js";

const LARGEST = 96; // pixels of a cell
export const READABLE = 24; // and those that a jump goes to

// `side` is the width in pixels of the square that is seen, `scale` the pixels of a cell, `left`
// and `top` the cell at its corner, which need not be a whole number.
export class PortsView {
  constructor() {
    this.side = PORTS_SIDE;
    this.scale = 1;
    this.left = 0;
    this.top = 0;
  }

  // The scale at which all is seen.
  get whole() {
    return this.side / PORTS_SIDE;
  }

  get isWhole() {
    return this.scale <= this.whole;
  }

  get isLargest() {
    return this.scale >= LARGEST;
  }

  // A new width; what is in the middle stays there.
  resize(side) {
    const [x, y] = this.middle();
    const scale = this.isWhole ? 0 : this.scale;
    this.side = side;
    this.scale = Math.max(this.whole, scale);
    this.centre(x, y);
  }

  middle() {
    const half = this.side / this.scale / 2;
    return [this.left + half, this.top + half];
  }

  centre(x, y) {
    const half = this.side / this.scale / 2;
    this.left = x - half;
    this.top = y - half;
    this.clamp();
  }

  // Larger or smaller, so that what is at this point of the square (in pixels) stays there.
  zoom(factor, x, y) {
    const [column, row] = [this.left + x / this.scale, this.top + y / this.scale];
    const scale = Math.min(LARGEST, this.scale * factor);
    // A little more than all is all: the steps down need not meet it.
    this.scale = scale < this.whole * 1.1 ? this.whole : scale;
    this.left = column - x / this.scale;
    this.top = row - y / this.scale;
    this.clamp();
  }

  move(pixelsX, pixelsY) {
    this.left -= pixelsX / this.scale;
    this.top -= pixelsY / this.scale;
    this.clamp();
  }

  // See to it that a port is seen, not at the very edge where that can be.
  reveal(port) {
    const cells = this.side / this.scale;
    const edge = Math.min(1, cells / 4);
    const [column, row] = [port % PORTS_SIDE, Math.floor(port / PORTS_SIDE)];
    this.left = Math.min(column - edge, Math.max(this.left, column + 1 + edge - cells));
    this.top = Math.min(row - edge, Math.max(this.top, row + 1 + edge - cells));
    this.clamp();
  }

  // The port at this point of the square.
  portAt(x, y) {
    const inside = (cell) => Math.max(0, Math.min(PORTS_SIDE - 1, Math.floor(cell)));
    return inside(this.top + y / this.scale) * PORTS_SIDE + inside(this.left + x / this.scale);
  }

  clamp() {
    const most = PORTS_SIDE - this.side / this.scale;
    this.left = Math.max(0, Math.min(this.left, most));
    this.top = Math.max(0, Math.min(this.top, most));
  }
}
