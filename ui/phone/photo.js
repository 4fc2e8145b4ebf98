// A photograph somebody adds of his own will. It is drawn anew on this phone and
// written as a small JPEG, so that nothing of the file goes on but the picture:
// no place, no time, no camera, no smaller copy.

export const MOST = 3; // of one visit
const SIDE = 1280;
const BYTES = 200 * 1024;

/**
 * The picture of a file as base64. Throws when the browser cannot read it.
 * @param {Blob} file
 * @returns {Promise<string>}
 */
export async function shrunk(file) {
  const source = await upright(file);
  try {
    let side = SIDE;
    let quality = 0.82;
    for (;;) {
      const b = await written(drawn(source, side), quality);
      if (b.size <= BYTES) return await base64(b);
      if (quality > 0.5) quality -= 0.12;
      else side = Math.round(side * 0.8);
      if (side < 200) throw new Error('photo');
    }
  } finally {
    source.done();
  }
}

/** @typedef {{image: CanvasImageSource, wide: number, high: number, done: () => void}} Source */

/**
 * The picture turned as it was taken.
 * @param {Blob} file
 * @returns {Promise<Source>}
 */
async function upright(file) {
  if (typeof createImageBitmap === 'function') {
    try {
      // A browser that does not know the word refuses it.
      const m = await createImageBitmap(file, /** @type {any} */ ({ imageOrientation: 'from-image' }));
      return { image: m, wide: m.width, high: m.height, done: () => m.close() };
    } catch (e) { /* as an element, which turns it by itself */ }
  }
  const url = URL.createObjectURL(file);
  const m = new Image();
  try {
    await new Promise((yes, no) => {
      m.onload = yes;
      m.onerror = no;
      m.src = url;
    });
  } catch (e) {
    URL.revokeObjectURL(url);
    throw new Error('photo');
  }
  return { image: m, wide: m.naturalWidth, high: m.naturalHeight, done: () => URL.revokeObjectURL(url) };
}

/** @param {Source} s @param {number} side */
function drawn(s, side) {
  const by = Math.min(1, side / Math.max(s.wide, s.high));
  const c = document.createElement('canvas');
  c.width = Math.max(1, Math.round(s.wide * by));
  c.height = Math.max(1, Math.round(s.high * by));
  const g = c.getContext('2d');
  if (!g) throw new Error('photo');
  g.fillStyle = '#fff'; // behind what is transparent
  g.fillRect(0, 0, c.width, c.height);
  g.drawImage(s.image, 0, 0, c.width, c.height);
  return c;
}

/** @param {HTMLCanvasElement} c @param {number} quality @returns {Promise<Blob>} */
function written(c, quality) {
  return new Promise((yes, no) => c.toBlob((b) => { if (b) yes(b); else no(new Error('photo')); }, 'image/jpeg', quality));
}

/** @param {Blob} b @returns {Promise<string>} */
function base64(b) {
  return new Promise((yes, no) => {
    const r = new FileReader();
    r.onerror = () => no(r.error);
    r.onload = () => yes(String(r.result).replace(/^[^,]*,/, ''));
    r.readAsDataURL(b);
  });
}
