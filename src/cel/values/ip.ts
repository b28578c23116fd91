/** An address as CEL has it: no zone, and no IPv4 address in the guise of IPv6. */
export type Address = { readonly family: 4 | 6; readonly bits: bigint };
export type Network = { readonly address: Address; readonly length: number };

const lengths = { 4: 32, 6: 128 } as const;

/** Undefined if it is not an address. */
export function parseAddress(text: string): Address | undefined {
  const isIpv4 = /^[^:]*\./.test(text);
  const bits = isIpv4 ? parseIpv4(text) : parseIpv6(text);
  if (bits === undefined || (!isIpv4 && bits >> 32n === 0xffffn)) return undefined;
  return { family: isIpv4 ? 4 : 6, bits };
}

/** Undefined if it is not a network. */
export function parseNetwork(text: string): Network | undefined {
  const [, before = '', after] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = after === undefined ? undefined : parseAddress(before);
  if (address === undefined) return undefined;
  const length = Number(after);
  return length <= lengths[address.family] ? { address, length } : undefined;
}

/** The one way to write an address. */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) return split(bits, 4, 8n).join('.');
  const groups = split(bits, 8, 16n).map((group) => group.toString(16));
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

export function formatNetwork({ address, length }: Network): string {
  return `${formatAddress(address)}/${length}`;
}

export function isSameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.bits === b.bits;
}

export function isSameNetwork(a: Network, b: Network): boolean {
  return a.length === b.length && isSameAddress(a.address, b.address);
}

export function containsAddress({ address, length }: Network, other: Address): boolean {
  return address.family === other.family && (address.bits ^ other.bits) >> hostBits(address, length) === 0n;
}

export function containsNetwork(outer: Network, inner: Network): boolean {
  return outer.length <= inner.length && containsAddress(outer, inner.address);
}

/** The network without the bits of a host. */
export function masked({ address, length }: Network): Network {
  const host = hostBits(address, length);
  return { address: { ...address, bits: (address.bits >> host) << host }, length };
}

export function isUnspecified({ bits }: Address): boolean {
  return bits === 0n;
}

export function isLoopback({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 24n === 127n : bits === 1n;
}

export function isLinkLocalUnicast({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 16n === 0xa9_fen : bits >> 118n === 0xfe80n >> 6n;
}

export function isLinkLocalMulticast({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 8n === 0xe0_00_00n : ((bits >> 112n) & 0xff0fn) === 0xff02n;
}

export function isGlobalUnicast(address: Address): boolean {
  const isMulticast = address.family === 4 ? address.bits >> 28n === 0xen : address.bits >> 120n === 0xffn;
  const isBroadcast = address.family === 4 && address.bits === 0xff_ff_ff_ffn;
  return !(
    isMulticast ||
    isBroadcast ||
    isUnspecified(address) ||
    isLoopback(address) ||
    isLinkLocalUnicast(address)
  );
}

function hostBits({ family }: Address, length: number): bigint {
  return BigInt(lengths[family] - length);
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  const isValid = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part));
  const bytes = parts.map(Number);
  return isValid && bytes.every((byte) => byte <= 255) ? join(bytes, 8n) : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const [, before = '', end] = /^([^.]*:)(\d[^:]*\.[^:]*)$/.exec(text) ?? [];
  const embedded = end === undefined ? undefined : parseIpv4(end);
  if (end !== undefined && embedded === undefined) return undefined;
  const plain =
    embedded === undefined
      ? text
      : `${before}${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`;
  const groups = expand(plain);
  return groups === undefined ? undefined : join(groups, 16n);
}

/** All eight groups. */
function expand(text: string): readonly number[] | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [start = [], end] = halves;
  const count = start.length + (end?.length ?? 0);
  if (halves.length > 2 || (end === undefined ? count !== 8 : count > 7)) return undefined;
  const zeros = Array.from({ length: 8 - count }, () => '0');
  const groups = [...start, ...zeros, ...(end ?? [])];
  return groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

function join(parts: readonly number[], size: bigint): bigint {
  return parts.reduce((bits, part) => (bits << size) | BigInt(part), 0n);
}

function split(bits: bigint, count: number, size: bigint): readonly bigint[] {
  return Array.from({ length: count }, (_, index) =>
    BigInt.asUintN(Number(size), bits >> (size * BigInt(count - 1 - index))),
  );
}

/** Where the first of the longest runs of zeros starts, and its length. */
function longestZeros(groups: readonly string[]): readonly [number, number] {
  let longest: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start += 1) {
    const end = groups.findIndex((group, index) => index >= start && group !== '0');
    const length = (end === -1 ? groups.length : end) - start;
    if (length > longest[1]) longest = [start, length];
  }
  return longest;
}
