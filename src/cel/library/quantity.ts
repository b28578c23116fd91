import { CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { Quantity } from '../values/quantity.ts';
import { opaqueType } from './opaque.ts';

const { BOOL, DOUBLE, DYN, INT, STRING, TYPE } = CelScalar;

/** Sums are pointers in the API server, and its equality has no answer for a pointer on the right. */
type Held = { readonly quantity: Quantity; readonly isSum: boolean };

const type = opaqueType<Held>('kubernetes.Quantity', {
  equals: (a, b) => (b.isSum ? undefined : a.quantity.equals(b.quantity)),
  compare: (a, b) => a.quantity.compare(b.quantity),
});

function parse(text: string): Quantity {
  const quantity = Quantity.parse(text);
  if (quantity === undefined) throw new Error(`not a quantity: ${text}`);
  return quantity;
}

function sum(quantity: Quantity) {
  return type.wrap({ quantity, isSum: true });
}

/** Kubernetes' quantities, like `500Mi`. */
export const quantities = [
  celFunc('isQuantity', [STRING], BOOL, (text) => Quantity.isQuantity(text)),
  celFunc('quantity', [STRING], DYN, (text) => type.wrap({ quantity: parse(text), isSum: false })),
  celFunc('sign', [TYPE], INT, (value) => type.unwrap(value).quantity.sign),
  celMethod('isInteger', TYPE, [], BOOL, function () {
    return type.unwrap(this).quantity.integer !== undefined;
  }),
  celMethod('asInteger', TYPE, [], INT, function () {
    const { integer } = type.unwrap(this).quantity;
    if (integer === undefined) throw new Error('cannot convert value to integer');
    return integer;
  }),
  celMethod('asApproximateFloat', TYPE, [], DOUBLE, function () {
    return type.unwrap(this).quantity.approximateFloat;
  }),
  celMethod('add', TYPE, [TYPE], DYN, function (other) {
    return sum(type.unwrap(this).quantity.add(type.unwrap(other).quantity));
  }),
  celMethod('add', TYPE, [INT], DYN, function (other) {
    return sum(type.unwrap(this).quantity.add(Quantity.ofInt(other)));
  }),
  celMethod('sub', TYPE, [TYPE], DYN, function (other) {
    return sum(type.unwrap(this).quantity.sub(type.unwrap(other).quantity));
  }),
  celMethod('sub', TYPE, [INT], DYN, function (other) {
    return sum(type.unwrap(this).quantity.sub(Quantity.ofInt(other)));
  }),
];
