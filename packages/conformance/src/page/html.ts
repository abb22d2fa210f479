/** HTML that may be put into a page as it is. */
export interface Html {
  readonly html: string
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as HTML. */
export function text(value: string | number): Html {
  return { html: String(value).replace(/[&<>"]/g, (c) => entities[c] ?? c) }
}

/** An element with attributes and what is in it. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Html | string | number)[]
): Html {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value).html}"`)
  const inner = children.map((child) => (typeof child === 'object' ? child : text(child)).html)
  return { html: `<${name}${written.join('')}>${inner.join('')}</${name}>` }
}

/** Pieces one after another. */
export function joined(pieces: readonly Html[]): Html {
  return { html: pieces.map(({ html }) => html).join('\n') }
}
