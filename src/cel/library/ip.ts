import { CelScalar, type CelValue, celFunc, celMethod } from '@bufbuild/cel';
import {
  type Address,
  containsAddress,
  containsNetwork,
  formatAddress,
  formatNetwork,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isSameAddress,
  isSameNetwork,
  isUnspecified,
  masked,
  type Network,
  parseAddress,
  parseNetwork,
} from '../values/ip.ts';
import { opaqueType } from './opaque.ts';

const { BOOL, DYN, INT, STRING, TYPE } = CelScalar;

const ip = opaqueType<Address>('net.IP', { equals: isSameAddress });
const cidr = opaqueType<Network>('net.CIDR', { equals: isSameNetwork });

/** The types that an expression can name. */
export const addressTypes = { 'net.IP': ip.type, 'net.CIDR': cidr.type };

function toAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`not an IP address: ${text}`);
  return address;
}

function toNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`not a CIDR: ${text}`);
  return network;
}

function toText(value: CelValue): string {
  return ip.holds(value) ? formatAddress(ip.unwrap(value)) : formatNetwork(cidr.unwrap(value));
}

const properties = {
  isUnspecified,
  isLoopback,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isGlobalUnicast,
};

/** Kubernetes' addresses and networks. */
export const addresses = [
  celFunc('isIP', [STRING], BOOL, (text) => parseAddress(text) !== undefined),
  celFunc('ip', [STRING], DYN, (text) => ip.wrap(toAddress(text))),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => formatAddress(toAddress(text)) === text),
  celMethod('family', TYPE, [], INT, function () {
    return BigInt(ip.unwrap(this).family);
  }),
  ...Object.entries(properties).map(([name, hasProperty]) =>
    celMethod(name, TYPE, [], BOOL, function () {
      return hasProperty(ip.unwrap(this));
    }),
  ),
  celFunc('isCIDR', [STRING], BOOL, (text) => parseNetwork(text) !== undefined),
  celFunc('cidr', [STRING], DYN, (text) => cidr.wrap(toNetwork(text))),
  celMethod('containsIP', TYPE, [STRING], BOOL, function (text) {
    return containsAddress(cidr.unwrap(this), toAddress(text));
  }),
  celMethod('containsIP', TYPE, [TYPE], BOOL, function (address) {
    return containsAddress(cidr.unwrap(this), ip.unwrap(address));
  }),
  celMethod('containsCIDR', TYPE, [STRING], BOOL, function (text) {
    return containsNetwork(cidr.unwrap(this), toNetwork(text));
  }),
  celMethod('containsCIDR', TYPE, [TYPE], BOOL, function (network) {
    return containsNetwork(cidr.unwrap(this), cidr.unwrap(network));
  }),
  celMethod('ip', TYPE, [], DYN, function () {
    return ip.wrap(cidr.unwrap(this).address);
  }),
  celMethod('prefixLength', TYPE, [], INT, function () {
    return BigInt(cidr.unwrap(this).length);
  }),
  celMethod('masked', TYPE, [], DYN, function () {
    return cidr.wrap(masked(cidr.unwrap(this)));
  }),
  celFunc('string', [TYPE], STRING, toText),
];
