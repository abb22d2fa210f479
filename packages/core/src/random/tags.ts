/**
 * What a key's numbers are used for. Each use has its own part of the counter space, so a key's children never
 * repeat what is drawn with it. Tag 3 is left to generators on the host (`philox4x32` with `c3 = 3`).
 */
export const tags = { draw: 0, foldIn: 1, split: 2 } as const
