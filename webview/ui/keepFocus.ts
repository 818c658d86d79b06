/** Draws; a button that had the focus and went away hands it to the first of the page's buttons. Never takes it from elsewhere in the editor. */
export function keepFocus(draw: () => void): void {
  const held = document.activeElement;
  draw();
  const isGone = held instanceof HTMLElement && held.dataset['button'] !== undefined && !held.isConnected;
  if (!isGone || !document.hasFocus()) return;
  document.querySelector<HTMLElement>('.buttons [data-button]:not([disabled])')?.focus();
}
