import { describe, expect, test } from 'vitest'
import { grad, type Tensor, tensor, toDot, toMermaid } from '../index.ts'

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const w = tensor([[1], [2], [3]], { requiresGrad: true })

const loss = x.matmul(w).sub(1).square().sum()

describe('toMermaid', () => {
  test('draws every node once, inputs before users, numbered where order matters', () => {
    expect(toMermaid({ loss }, { names: { x, w } })).toMatchInlineSnapshot(`
      "flowchart TB
        n0(["x<br/>input<br/>f32 [2, 3]"])
        n1(["w<br/>input, requiresGrad<br/>f32 [3, 1]"])
        n2["matmul<br/>f32 [2, 1]"]
        n3(["constant 1<br/>f32 []"])
        n4["sub<br/>f32 [2, 1]"]
        n5["mul<br/>f32 [2, 1]"]
        n6["loss<br/>sum<br/>f32 []"]:::result
        n0 -->|1| n2
        n1 -->|2| n2
        n2 -->|1| n4
        n3 -->|2| n4
        n4 --> n5
        n4 --> n5
        n5 --> n6
        classDef result stroke-width:3px
      "
    `)
  })

  test('may run from left to right, and have several results', () => {
    const y = x.exp()
    expect(toMermaid([y, y.neg()], { direction: 'LR' })).toMatchInlineSnapshot(`
      "flowchart LR
        n0(["input<br/>f32 [2, 3]"])
        n1["0<br/>exp<br/>f32 [2, 3]"]:::result
        n2["1<br/>neg<br/>f32 [2, 3]"]:::result
        n0 --> n1
        n1 --> n2
        classDef result stroke-width:3px
      "
    `)
  })

  test('keeps names from meaning anything to Mermaid', () => {
    const nasty = { 'say "hi" <b>#1</b> `x` %% --> end; {y} | \\n\n': x }
    const [, line] = toMermaid(nasty).split('\n')
    expect(line).toBe(
      '  n0(["say #34;hi#34; #60;b#62;#35;1#60;#47;b#62; #96;x#96; #37;#37; --#62; end#59; #123;y#125; #124; ' +
        '#92;n <br/>input<br/>f32 [2, 3]"]):::result',
    )
  })
})

describe('toDot', () => {
  test('draws every node once, inputs before users, numbered where order matters', () => {
    expect(toDot({ loss }, { names: { x, w } })).toMatchInlineSnapshot(`
      "digraph {
        rankdir=TB
        node [shape=box]
        n0 [label="x\\ninput\\nf32 [2, 3]", style=rounded]
        n1 [label="w\\ninput, requiresGrad\\nf32 [3, 1]", style=rounded]
        n2 [label="matmul\\nf32 [2, 1]"]
        n3 [label="constant 1\\nf32 []", style=rounded]
        n4 [label="sub\\nf32 [2, 1]"]
        n5 [label="mul\\nf32 [2, 1]"]
        n6 [label="loss\\nsum\\nf32 []", penwidth=3]
        n0 -> n2 [label="1"]
        n1 -> n2 [label="2"]
        n2 -> n4 [label="1"]
        n3 -> n4 [label="2"]
        n4 -> n5
        n4 -> n5
        n5 -> n6
      }
      "
    `)
  })

  test('keeps names from meaning anything to Graphviz', () => {
    expect(toDot({ 'say "hi" \\N\n': x })).toContain(String.raw`label="say \"hi\" \\N \ninput\nf32 [2, 3]"`)
  })
})

describe('both', () => {
  const printers = [toMermaid, toDot]

  test('give the same text for the same graph', () => {
    const make = (): Tensor =>
      grad((t: Tensor) =>
        t
          .matmul(tensor([[1], [2], [3]]))
          .tanh()
          .sum(),
      )(x)
    for (const print of printers) expect(print(make())).toBe(print(make()))
  })

  test('draw what is shared once', () => {
    const y = x.exp()
    const text = toMermaid(y.mul(y).add(y))
    expect(text.match(/exp<br\/>/g)?.length).toBe(1)
    expect(text).toContain('n1 --> n2\n  n1 --> n2\n')
  })

  test('draw what is behind a value that is known already', async () => {
    const y = x.exp()
    await y.realize()
    expect(toMermaid(y)).toContain('exp')
    expect(toMermaid(y)).toContain('n0 --> n1')
  })

  test('draw the nodes nearest to the results, and say how many they left out', () => {
    let y = x
    for (let i = 0; i < 50; i++) y = y.add(1)
    expect(toMermaid(y, { maxNodes: 4 })).toMatchInlineSnapshot(`
      "flowchart TB
        rest{{"… 97 more"}}
        n0["add<br/>f32 [2, 3]"]
        n1["add<br/>f32 [2, 3]"]
        n2(["constant 1<br/>f32 []"])
        n3["add<br/>f32 [2, 3]"]:::result
        rest --> n0
        rest --> n0
        n0 --> n1
        rest --> n1
        n1 --> n3
        n2 --> n3
        classDef result stroke-width:3px
      "
    `)
    expect(toDot(y, { maxNodes: 4 })).toContain('rest [label="… 97 more", style=dashed]')
  })

  test('leave nothing out when all nodes fit exactly', () => {
    expect(toMermaid(x.neg(), { maxNodes: 2 })).not.toContain('more')
    expect(toMermaid(x.neg(), { maxNodes: 1 })).toContain('… 1 more')
  })

  test('need something to draw', () => {
    expect(() => toMermaid({})).toThrow('toMermaid: needs a tensor or a tree of tensors to draw')
    expect(() => toDot([])).toThrow('toDot: needs a tensor or a tree of tensors to draw')
  })
})
