package public

import "html/template"

// Pages and Sets are for the tests of templates.
var Pages = pages

// Set gives the parsed templates.
func (p *Public) Set(tag, page string) *template.Template { return p.sets[tag][page] }

// Most is the bound of the throttle; Kept how much is in it.
const Most = bound

// Kept counts the buckets.
func (p *Public) Kept() int { return len(p.throttle.m) }

// Tried counts one try of an address.
func (p *Public) Tried(address string) { p.throttle.take(wrongCards, address) }
