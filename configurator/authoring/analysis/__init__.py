"""What a catalog says unasked: dead components, idle rules, tight resources, prices."""
