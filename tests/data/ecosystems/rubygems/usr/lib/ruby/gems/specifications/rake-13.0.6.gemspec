# -*- encoding: utf-8 -*-
# stub: rake 13.0.6 ruby lib

Gem::Specification.new do |s|
  s.name = "rake".freeze
  s.version = "13.0.6"

  s.required_rubygems_version = Gem::Requirement.new(">= 1.3.2".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.bindir = "exe".freeze
  s.date = "2021-07-09"
  s.executables = ["rake".freeze]
  s.licenses = ["MIT".freeze]
  s.rubygems_version = "3.2.22".freeze
end
