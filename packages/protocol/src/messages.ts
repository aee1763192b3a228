// biome-ignore-all lint/style/noNamespace: types only, so that `X.$Properties` reads as generated.
import './wire-numbers.ts'
import { torusmesh } from '../generated/messages.js'

/**
 * The messages of `proto/torusmesh/v1` under plain names. `X.encode(properties).finish()` encodes;
 * what comes from outside goes through the `decode…` and `open…` functions instead of `X.decode`.
 * `X.$Properties` is what may be encoded, `X.$Shape` what a decoder returns.
 */
const { v1 } = torusmesh

export const Envelope: typeof torusmesh.v1.Envelope = v1.Envelope
export type Envelope = torusmesh.v1.Envelope
export declare namespace Envelope {
  type $Properties = torusmesh.v1.Envelope.$Properties
  type $Shape = torusmesh.v1.Envelope.$Shape
}

export const Statement: typeof torusmesh.v1.Statement = v1.Statement
export type Statement = torusmesh.v1.Statement
export declare namespace Statement {
  type $Properties = torusmesh.v1.Statement.$Properties
  type $Shape = torusmesh.v1.Statement.$Shape
}

export const HealthStatement: typeof torusmesh.v1.HealthStatement = v1.HealthStatement
export type HealthStatement = torusmesh.v1.HealthStatement
export declare namespace HealthStatement {
  type $Properties = torusmesh.v1.HealthStatement.$Properties
  type $Shape = torusmesh.v1.HealthStatement.$Shape
}

export const HealthReport: typeof torusmesh.v1.HealthReport = v1.HealthReport
export type HealthReport = torusmesh.v1.HealthReport
export declare namespace HealthReport {
  type $Properties = torusmesh.v1.HealthReport.$Properties
  type $Shape = torusmesh.v1.HealthReport.$Shape
}

export const Resources: typeof torusmesh.v1.Resources = v1.Resources
export type Resources = torusmesh.v1.Resources
export declare namespace Resources {
  type $Properties = torusmesh.v1.Resources.$Properties
  type $Shape = torusmesh.v1.Resources.$Shape
}

export const Service: typeof torusmesh.v1.Service = v1.Service
export type Service = torusmesh.v1.Service
export declare namespace Service {
  type $Properties = torusmesh.v1.Service.$Properties
  type $Shape = torusmesh.v1.Service.$Shape
}

export const LedgerHead: typeof torusmesh.v1.LedgerHead = v1.LedgerHead
export type LedgerHead = torusmesh.v1.LedgerHead
export declare namespace LedgerHead {
  type $Properties = torusmesh.v1.LedgerHead.$Properties
  type $Shape = torusmesh.v1.LedgerHead.$Shape
}

export const Accusation: typeof torusmesh.v1.Accusation = v1.Accusation
export type Accusation = torusmesh.v1.Accusation
export declare namespace Accusation {
  type $Properties = torusmesh.v1.Accusation.$Properties
  type $Shape = torusmesh.v1.Accusation.$Shape
}

export const Refutation: typeof torusmesh.v1.Refutation = v1.Refutation
export type Refutation = torusmesh.v1.Refutation
export declare namespace Refutation {
  type $Properties = torusmesh.v1.Refutation.$Properties
  type $Shape = torusmesh.v1.Refutation.$Shape
}

export const Leave: typeof torusmesh.v1.Leave = v1.Leave
export type Leave = torusmesh.v1.Leave
export declare namespace Leave {
  type $Properties = torusmesh.v1.Leave.$Properties
  type $Shape = torusmesh.v1.Leave.$Shape
}

export const UptimeWitness: typeof torusmesh.v1.UptimeWitness = v1.UptimeWitness
export type UptimeWitness = torusmesh.v1.UptimeWitness
export declare namespace UptimeWitness {
  type $Properties = torusmesh.v1.UptimeWitness.$Properties
  type $Shape = torusmesh.v1.UptimeWitness.$Shape
}

export const DigestStatement: typeof torusmesh.v1.DigestStatement = v1.DigestStatement
export type DigestStatement = torusmesh.v1.DigestStatement
export declare namespace DigestStatement {
  type $Properties = torusmesh.v1.DigestStatement.$Properties
  type $Shape = torusmesh.v1.DigestStatement.$Shape
}

export const DownNotice: typeof torusmesh.v1.DownNotice = v1.DownNotice
export type DownNotice = torusmesh.v1.DownNotice
export declare namespace DownNotice {
  type $Properties = torusmesh.v1.DownNotice.$Properties
  type $Shape = torusmesh.v1.DownNotice.$Shape
}

export const CellDigest: typeof torusmesh.v1.CellDigest = v1.CellDigest
export type CellDigest = torusmesh.v1.CellDigest
export declare namespace CellDigest {
  type $Properties = torusmesh.v1.CellDigest.$Properties
  type $Shape = torusmesh.v1.CellDigest.$Shape
}

export const VersionCount: typeof torusmesh.v1.VersionCount = v1.VersionCount
export type VersionCount = torusmesh.v1.VersionCount
export declare namespace VersionCount {
  type $Properties = torusmesh.v1.VersionCount.$Properties
  type $Shape = torusmesh.v1.VersionCount.$Shape
}

export const MemberKeys: typeof torusmesh.v1.MemberKeys = v1.MemberKeys
export type MemberKeys = torusmesh.v1.MemberKeys
export declare namespace MemberKeys {
  type $Properties = torusmesh.v1.MemberKeys.$Properties
  type $Shape = torusmesh.v1.MemberKeys.$Shape
}

export const GenesisMember: typeof torusmesh.v1.GenesisMember = v1.GenesisMember
export type GenesisMember = torusmesh.v1.GenesisMember
export declare namespace GenesisMember {
  type $Properties = torusmesh.v1.GenesisMember.$Properties
  type $Shape = torusmesh.v1.GenesisMember.$Shape
}

export const GenesisFile: typeof torusmesh.v1.GenesisFile = v1.GenesisFile
export type GenesisFile = torusmesh.v1.GenesisFile
export declare namespace GenesisFile {
  type $Properties = torusmesh.v1.GenesisFile.$Properties
  type $Shape = torusmesh.v1.GenesisFile.$Shape
}

export const Enrolment: typeof torusmesh.v1.Enrolment = v1.Enrolment
export type Enrolment = torusmesh.v1.Enrolment
export declare namespace Enrolment {
  type $Properties = torusmesh.v1.Enrolment.$Properties
  type $Shape = torusmesh.v1.Enrolment.$Shape
}

export const NodeRecord: typeof torusmesh.v1.NodeRecord = v1.NodeRecord
export type NodeRecord = torusmesh.v1.NodeRecord
export declare namespace NodeRecord {
  type $Properties = torusmesh.v1.NodeRecord.$Properties
  type $Shape = torusmesh.v1.NodeRecord.$Shape
}

export const SignedNodeRecord: typeof torusmesh.v1.SignedNodeRecord = v1.SignedNodeRecord
export type SignedNodeRecord = torusmesh.v1.SignedNodeRecord
export declare namespace SignedNodeRecord {
  type $Properties = torusmesh.v1.SignedNodeRecord.$Properties
  type $Shape = torusmesh.v1.SignedNodeRecord.$Shape
}

export const LinkFrame: typeof torusmesh.v1.LinkFrame = v1.LinkFrame
export type LinkFrame = torusmesh.v1.LinkFrame
export declare namespace LinkFrame {
  type $Properties = torusmesh.v1.LinkFrame.$Properties
  type $Shape = torusmesh.v1.LinkFrame.$Shape
}

export const DatagramOffer: typeof torusmesh.v1.DatagramOffer = v1.DatagramOffer
export type DatagramOffer = torusmesh.v1.DatagramOffer
export declare namespace DatagramOffer {
  type $Properties = torusmesh.v1.DatagramOffer.$Properties
  type $Shape = torusmesh.v1.DatagramOffer.$Shape
}

export const Beat: typeof torusmesh.v1.Beat = v1.Beat
export type Beat = torusmesh.v1.Beat
export declare namespace Beat {
  type $Properties = torusmesh.v1.Beat.$Properties
  type $Shape = torusmesh.v1.Beat.$Shape
}

export const Probe: typeof torusmesh.v1.Probe = v1.Probe
export type Probe = torusmesh.v1.Probe
export declare namespace Probe {
  type $Properties = torusmesh.v1.Probe.$Properties
  type $Shape = torusmesh.v1.Probe.$Shape
}

export const ProbeAnswer: typeof torusmesh.v1.ProbeAnswer = v1.ProbeAnswer
export type ProbeAnswer = torusmesh.v1.ProbeAnswer
export declare namespace ProbeAnswer {
  type $Properties = torusmesh.v1.ProbeAnswer.$Properties
  type $Shape = torusmesh.v1.ProbeAnswer.$Shape
}

export const Tidings: typeof torusmesh.v1.Tidings = v1.Tidings
export type Tidings = torusmesh.v1.Tidings
export declare namespace Tidings {
  type $Properties = torusmesh.v1.Tidings.$Properties
  type $Shape = torusmesh.v1.Tidings.$Shape
}

export const Digests: typeof torusmesh.v1.Digests = v1.Digests
export type Digests = torusmesh.v1.Digests
export declare namespace Digests {
  type $Properties = torusmesh.v1.Digests.$Properties
  type $Shape = torusmesh.v1.Digests.$Shape
}

export const WitnessedDigest: typeof torusmesh.v1.WitnessedDigest = v1.WitnessedDigest
export type WitnessedDigest = torusmesh.v1.WitnessedDigest
export declare namespace WitnessedDigest {
  type $Properties = torusmesh.v1.WitnessedDigest.$Properties
  type $Shape = torusmesh.v1.WitnessedDigest.$Shape
}

export const FindCellRequest: typeof torusmesh.v1.FindCellRequest = v1.FindCellRequest
export type FindCellRequest = torusmesh.v1.FindCellRequest
export declare namespace FindCellRequest {
  type $Properties = torusmesh.v1.FindCellRequest.$Properties
  type $Shape = torusmesh.v1.FindCellRequest.$Shape
}

export const FindCellResponse: typeof torusmesh.v1.FindCellResponse = v1.FindCellResponse
export type FindCellResponse = torusmesh.v1.FindCellResponse
export declare namespace FindCellResponse {
  type $Properties = torusmesh.v1.FindCellResponse.$Properties
  type $Shape = torusmesh.v1.FindCellResponse.$Shape
}

export const JoinRequest: typeof torusmesh.v1.JoinRequest = v1.JoinRequest
export type JoinRequest = torusmesh.v1.JoinRequest
export declare namespace JoinRequest {
  type $Properties = torusmesh.v1.JoinRequest.$Properties
  type $Shape = torusmesh.v1.JoinRequest.$Shape
}

export const JoinResponse: typeof torusmesh.v1.JoinResponse = v1.JoinResponse
export type JoinResponse = torusmesh.v1.JoinResponse
export declare namespace JoinResponse {
  type $Properties = torusmesh.v1.JoinResponse.$Properties
  type $Shape = torusmesh.v1.JoinResponse.$Shape
}

export const GovernanceStatement: typeof torusmesh.v1.GovernanceStatement = v1.GovernanceStatement
export type GovernanceStatement = torusmesh.v1.GovernanceStatement
export declare namespace GovernanceStatement {
  type $Properties = torusmesh.v1.GovernanceStatement.$Properties
  type $Shape = torusmesh.v1.GovernanceStatement.$Shape
}

export const CouncilStatement: typeof torusmesh.v1.CouncilStatement = v1.CouncilStatement
export type CouncilStatement = torusmesh.v1.CouncilStatement
export declare namespace CouncilStatement {
  type $Properties = torusmesh.v1.CouncilStatement.$Properties
  type $Shape = torusmesh.v1.CouncilStatement.$Shape
}

export const CouncilRequest: typeof torusmesh.v1.CouncilRequest = v1.CouncilRequest
export type CouncilRequest = torusmesh.v1.CouncilRequest
export declare namespace CouncilRequest {
  type $Properties = torusmesh.v1.CouncilRequest.$Properties
  type $Shape = torusmesh.v1.CouncilRequest.$Shape
}

export const CouncilSince: typeof torusmesh.v1.CouncilSince = v1.CouncilSince
export type CouncilSince = torusmesh.v1.CouncilSince
export declare namespace CouncilSince {
  type $Properties = torusmesh.v1.CouncilSince.$Properties
  type $Shape = torusmesh.v1.CouncilSince.$Shape
}

export const CouncilResponse: typeof torusmesh.v1.CouncilResponse = v1.CouncilResponse
export type CouncilResponse = torusmesh.v1.CouncilResponse
export declare namespace CouncilResponse {
  type $Properties = torusmesh.v1.CouncilResponse.$Properties
  type $Shape = torusmesh.v1.CouncilResponse.$Shape
}
