import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import { h, type VNode } from './h.ts';

/** Defines the toolkit's elements this page uses; before the page's `load` event, or they never learn the theme. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
}

export interface ButtonProps {
  readonly key: string;
  readonly text: string;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly title?: string | undefined;
  readonly onPress: () => void;
}

export function button({ key, text, primary, disabled, title, onPress }: ButtonProps): VNode {
  const props = {
    key,
    'data-button': key,
    appearance: primary === true ? 'primary' : 'secondary',
    disabled: disabled === true,
    title,
    on: { click: () => (disabled === true ? undefined : onPress()) },
  };
  return h('vscode-button', props, text);
}

/** Something goes on, nobody knows for how long; the words beside it say what. */
export function progressRing(): VNode {
  return h('vscode-progress-ring', { key: 'ring', class: 'ring', 'aria-hidden': 'true' });
}

export interface LinkProps {
  readonly key: string;
  readonly text: string;
  readonly title?: string;
  /** For a button that opens and closes something. */
  readonly isExpanded?: boolean;
  readonly onPress: () => void;
}

/** A button that looks like a link, for actions inside a sentence. */
export function linkButton({ key, text, title, isExpanded, onPress }: LinkProps): VNode {
  const expanded = isExpanded === undefined ? undefined : String(isExpanded);
  const attributes = { key, 'data-button': key, type: 'button', class: 'link', title, 'aria-expanded': expanded };
  return h('button', { ...attributes, on: { click: onPress } }, text);
}
