/** A piece of HTML that may be put into a page as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = Html | string | number | readonly Piece[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * HTML (or SVG) from a template. Text put into it is escaped, so that it is safe between tags and in quoted attributes;
 * other HTML is put in as it is, and arrays piece by piece.
 *
 * @example
 * html`<b title="${title}">${name}</b>`
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(strings.reduce((text, literal, i) => text + render(pieces[i - 1] ?? '') + literal))
}

function render(piece: Piece): string {
  if (piece instanceof Html) return piece.text
  if (typeof piece === 'object') return piece.map(render).join('')
  return escapeText(String(piece))
}

/** `text` with what HTML and SVG give a meaning replaced, and characters no document may hold left out. */
function escapeText(text: string): string {
  const allowed = text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (c) => (/[\t\n\r]/.test(c) ? c : '\uFFFD'))
  return allowed.replace(/[&<>"']/g, (c) => entities[c] ?? c)
}
