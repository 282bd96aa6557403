"""Covering samples: few valid configurations in which every set of levels occurs that can occur."""
